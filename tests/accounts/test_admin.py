"""The console's section about people."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import flows
from accounts.audit.models import Event
from accounts.flows import verification
from accounts.models import Lockout, User
from accounts.rights import rights_of
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail
from tests.operators import all_rights_but_root, console, root, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
NEW = "an entirely different passphrase"
FORGED = {
    "name": "Mallory",
    "email": "mallory@example.com",
    "email_key": "mallory@example.com",
    "password": "x",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "rights": "accounts.view_user",
    "groups": "1",
    "user_permissions": "1",
    "epoch": "9",
    "id": "01a20ccb-63c6-7ef8-b89b-9bd00846545c",
}


def page_of(user: User) -> str:
    """Return the URL of a user's page."""
    return f"{LIST}{user.pk}/change/"


def as_stored(user: User) -> dict[str, Any]:
    """Return the user's row and rights, without the time of the last sign-in."""
    row = dict(User.objects.filter(pk=user.pk).values()[0])
    del row["last_login"]
    return {**row, "rights": rights_of(User.objects.get(pk=user.pk))}


@pytest.mark.parametrize("operator_has", ["every right", "the right to change users"])
@pytest.mark.parametrize(
    "target_is", ["themselves", "a superuser", "staff", "a person"]
)
def test_a_forged_form_of_staff_changes_nothing(
    operator_has: str,
    target_is: str,
) -> None:
    every = operator_has == "every right"
    mallory = all_rights_but_root() if every else staff("accounts.change_user")
    targets = {
        "themselves": lambda: mallory,
        "a superuser": root,
        "staff": staff,
        "a person": UserFactory.create,
    }
    target = targets[target_is]()
    before = as_stored(target)
    client = console(mallory)
    client.post(page_of(target), FORGED)
    client.post(f"{LIST}add/", FORGED)
    assert as_stored(target) == before
    assert not User.objects.filter(email_key="mallory@example.com").exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "deed",
    [
        *["disable", "enable", "end-sessions", "unlock"],
        *["set-password", "erase", "send-invitation"],
    ],
)
def test_a_forged_deed_of_staff_touches_no_superuser(deed: str) -> None:
    target = root()
    before = as_stored(target)
    client = console(all_rights_but_root())
    form = {"new_password": NEW, "password": NEW, "password1": NEW, "password2": NEW}
    assert client.post(f"{LIST}{target.pk}/{deed}/", form).status_code == 403
    assert as_stored(target) == before


@pytest.mark.parametrize(
    "path", ["password/", "{key}/password/", "{key}/change/password/"]
)
def test_the_stock_password_page_does_not_exist(path: str) -> None:
    target = root()
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    for operator in (root(), all_rights_but_root()):
        console(operator).post(LIST + path.format(key=target.pk), form)
        target.refresh_from_db()
        assert target.check_password(PASSWORD)


def test_staff_add_nobody() -> None:
    form = {"email": "new@example.com", "password": NEW}
    answer = console(all_rights_but_root()).post(f"{LIST}add-user/", form)
    assert answer.status_code == 403
    assert not User.objects.filter(email_key="new@example.com").exists()


def test_a_superuser_changes_a_name_and_it_is_audited() -> None:
    operator, alice = root(), UserFactory.create()
    answer = console(operator).post(page_of(alice), {"name": "Alice Liddell"})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert alice.name == "Alice Liddell"
    event = Event.objects.get()
    assert (event.action, event.actor_id) == ("account:user:changed", str(operator.pk))


def test_a_superusers_form_has_no_door_to_address_or_password() -> None:
    alice = UserFactory.create()
    before = as_stored(alice)
    console(root()).post(page_of(alice), {**FORGED, "is_staff": "", "is_superuser": ""})
    after = as_stored(alice)
    for name in ("id", "email", "email_key", "password", "is_active", "epoch"):
        assert after[name] == before[name]


def test_a_superuser_grants_rights_on_the_users_page() -> None:
    alice = UserFactory.create()
    form = {"name": "Alice", "is_staff": "on", "rights": ["accounts.view_user"]}
    console(root()).post(page_of(alice), form)
    granted = rights_of(User.objects.get(pk=alice.pk))
    assert granted.is_staff
    assert not granted.is_superuser
    assert granted.permissions == {"accounts.view_user"}
    assert console(alice).get(LIST).status_code == 200


def test_a_right_that_the_console_does_not_know_is_refused() -> None:
    alice = UserFactory.create()
    form = {"name": "Alice", "is_staff": "on", "rights": ["auth.change_group"]}
    answer = console(root()).post(page_of(alice), form)
    assert answer.status_code == 200
    assert not User.objects.get(pk=alice.pk).is_staff


def test_the_last_superuser_is_told_why_they_stay_one() -> None:
    operator = root()
    answer = console(operator).post(page_of(operator), {"name": "Root"})
    assert answer.status_code == 200
    assert "last superuser" in answer.content.decode()
    operator.refresh_from_db()
    assert operator.is_superuser


def test_a_service_that_refuses_a_name_is_quoted_at_the_field() -> None:
    alice = UserFactory.create()
    answer = console(root()).post(page_of(alice), {"name": "A\u202elice"})
    assert answer.status_code in (200, 302)
    answer = console(root()).post(page_of(alice), {"name": "x" * 151})
    assert answer.status_code == 200


def test_a_superuser_adds_a_user_who_is_no_staff() -> None:
    operator = root()
    form = {**FORGED, "email": "New@example.com", "name": "New", "password": NEW}
    answer = console(operator).post(f"{LIST}add-user/", form)
    assert answer.status_code == 302
    made = User.objects.get(email_key="new@example.com")
    assert made.check_password(NEW)
    assert not made.is_staff
    assert not made.is_superuser
    assert Event.objects.get(action="account:user:created").actor_id == str(operator.pk)


def test_without_a_password_the_new_are_mailed_a_link_and_one_again() -> None:
    client = console(root())
    form = {"email": "new@example.com", "name": "New", "password": ""}
    assert client.post(f"{LIST}add-user/", form).status_code == 302
    made, first = User.objects.get(email_key="new@example.com"), last_mail().key
    assert not made.has_usable_password() and not verification.is_verified(made.pk)
    assert "send-invitation" in client.get(page_of(made)).content.decode()
    assert client.post(f"{LIST}{made.pk}/send-invitation/").status_code == 302
    assert last_mail().key != first
    made.set_password(NEW)
    made.save()
    assert "send-invitation" not in client.get(page_of(made)).content.decode()


@pytest.mark.parametrize(
    "email,password,complaint",
    [
        ("not an address", NEW, "mail"),
        ("new@example.com", "short", "15"),
        ("taken@example.com", NEW, "account with this"),
        ("", NEW, "required"),
    ],
)
def test_a_refused_new_user_is_told_why_and_the_password_is_not_echoed(
    email: str,
    password: str,
    complaint: str,
) -> None:
    UserFactory.create(email="taken@example.com")
    form = {"email": email, "password": password, "name": ""}
    answer = console(root()).post(f"{LIST}add-user/", form)
    assert answer.status_code == 200
    assert complaint in answer.content.decode()
    assert NEW not in answer.content.decode()
    assert not User.objects.filter(email_key="new@example.com").exists()


def test_a_superuser_sets_a_password_under_the_policy() -> None:
    alice, client = UserFactory.create(), console(root())
    page = f"{LIST}{alice.pk}/set-password/"
    assert client.post(page, {"new_password": "short"}).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert client.post(page, {"new_password": NEW}).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert alice.epoch == 1


def test_factors_are_reset_where_there_are_some_and_never_ones_own() -> None:
    operator, alice = root(), UserFactory.create()
    client, path = console(operator), f"{LIST}{alice.pk}/reset-factors/"
    assert (
        "reset-factors" not in client.get(f"{LIST}{alice.pk}/change/").content.decode()
    )
    has_app(alice)
    has_app(operator)
    assert "reset-factors" in client.get(f"{LIST}{alice.pk}/change/").content.decode()
    assert client.post(path).status_code == 302
    assert not flows.has_factor(alice.pk)
    assert Event.objects.get(action="account:factors:reset").actor_id == str(
        operator.pk
    )
    client.post(f"{LIST}{operator.pk}/reset-factors/")
    assert flows.has_factor(operator.pk)


def test_enable_end_sessions_and_unlock_call_their_services() -> None:
    alice, client = UserFactory.create(is_active=False), console(root())
    Lockout.objects.create(
        email_key=alice.email_key,
        ip="203.0.113.9",
        locked_until=timezone.now() + timedelta(minutes=5),
    )
    for deed in ("enable", "end-sessions", "unlock"):
        assert client.post(f"{LIST}{alice.pk}/{deed}/").status_code == 302
    alice.refresh_from_db()
    assert alice.is_active
    assert not Lockout.objects.exists()
    assert set(Event.objects.values_list("action", flat=True)) == {
        "account:user:enabled",
        "account:logins:ended",
        "account:user:unlocked",
    }


@pytest.mark.parametrize("term", ["ALICE@Example.com", "alice", "{key}", "Liddell"])
def test_a_user_is_found_by_address_id_or_name(term: str) -> None:
    alice = UserFactory.create(email="alice@example.com", name="Alice Liddell")
    UserFactory.create(email="bob@example.com", name="Bob")
    answer = console(root()).get(LIST, {"q": term.format(key=alice.pk)})
    found = list(answer.context["cl"].result_list)
    assert found == [alice]


def test_a_users_page_shows_what_upper_apps_hang_on_it() -> None:
    alice = UserFactory.create()
    titles = [
        panel.title for panel in console(root()).get(page_of(alice)).context["panels"]
    ]
    assert {"Sessions", "Memberships", "Recent events"} <= set(titles)


def test_a_users_page_hides_panels_without_the_right() -> None:
    alice = UserFactory.create()
    answer = console(staff("accounts.view_user")).get(page_of(alice))
    assert answer.status_code == 200
    assert answer.context["panels"] == []
    assert "Save" not in answer.content.decode()


def test_the_tile_counts_users_and_the_disabled() -> None:
    UserFactory.create(is_active=False)
    answer = console(root()).get(reverse("admin:index"))
    (tile,) = [t for t in answer.context["tiles"] if t.title == "Users"]
    assert (tile.value, tile.note) == ("2", "1 disabled")
