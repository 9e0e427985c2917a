"""The console's sections about what was handed out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Application
from tests.factories import ApplicationFactory, UserFactory
from tests.operators import console, root, staff
from tokens.models import Login, Revocation, Session, SigningKey

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/tokens/session/"
KEYS = "/admin/tokens/signingkey/"


def began(
    user: User,
    application: Application | None = None,
) -> Session:
    """Return a live session."""
    now = timezone.now()
    login = Login.objects.create(
        user=user, epoch=user.epoch, auth_time=now, amr=["pwd"], ip="203.0.113.9"
    )
    return Session.objects.create(
        login=login,
        application=application or ApplicationFactory.create(),
        issued_at=int(now.timestamp()),
        expires_at=now + timedelta(days=90),
        idle_expires_at=now + timedelta(days=14),
        application_epoch=0,
        tenant_epoch=0,
    )


def test_staff_with_the_right_end_a_persons_session() -> None:
    session, operator = began(UserFactory.create()), staff("tokens.change_session")
    answer = console(operator).post(f"{SESSIONS}{session.pk}/end/")
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.revoked_at is not None
    assert Revocation.objects.filter(kind="session").exists()
    event = Event.objects.get(action="token:session:ended")
    assert event.actor_id == str(operator.pk)


@pytest.mark.parametrize("owner", [root, staff])
def test_staff_do_not_end_sessions_of_operators(owner: object) -> None:
    session = began(owner())  # type: ignore[operator]
    client = console(staff("tokens.change_session"))
    assert client.post(f"{SESSIONS}{session.pk}/end/").status_code == 403
    session.refresh_from_db()
    assert session.revoked_at is None


def test_staff_who_may_only_look_end_nothing() -> None:
    session = began(UserFactory.create())
    client = console(staff("tokens.view_session"))
    assert client.post(f"{SESSIONS}{session.pk}/end/").status_code == 403
    shown = client.get(f"{SESSIONS}{session.pk}/change/").content.decode()
    assert f"{SESSIONS}{session.pk}/end/" not in shown


def test_an_ended_session_is_not_offered_to_be_ended() -> None:
    session = began(UserFactory.create())
    Session.objects.update(revoked_at=timezone.now())
    shown = console(root()).get(f"{SESSIONS}{session.pk}/change/").content.decode()
    assert f"{SESSIONS}{session.pk}/end/" not in shown


@pytest.mark.parametrize("by", ["sid", "user", "address", "client"])
def test_a_session_is_found_by_sid_user_address_or_client(by: str) -> None:
    alice = UserFactory.create(email="alice@example.com")
    session = began(alice, ApplicationFactory.create(client_id="shop-client"))
    began(UserFactory.create())
    term = {
        "sid": str(session.pk),
        "user": str(alice.pk),
        "address": "ALICE@example.com",
        "client": "shop-cl",
    }[by]
    answer = console(root()).get(SESSIONS, {"q": term})
    assert list(answer.context["cl"].result_list) == [session]


@pytest.mark.parametrize("section", ["session", "login"])
def test_a_list_costs_the_same_for_many_rows_as_for_few(section: str) -> None:
    client = console(root())

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"/admin/tokens/{section}/").status_code == 200
        return len(counted)

    began(UserFactory.create())
    queries()  # the first fills caches
    few = queries()
    for _ in range(10):
        began(UserFactory.create())
    assert queries() == few


def test_a_users_page_costs_the_same_for_many_sessions_as_for_few() -> None:
    client, alice = console(root()), UserFactory.create()

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            page = client.get(f"/admin/accounts/user/{alice.pk}/change/")
            assert page.status_code == 200
        return len(counted)

    began(alice)
    queries()  # the first fills caches
    few = queries()
    for _ in range(10):
        began(alice)
    assert queries() == few


def test_keys_are_rotated_by_whoever_was_granted_it(keys: None) -> None:
    operator = staff("tokens.change_signingkey")
    before = set(
        SigningKey.objects.filter(state="active").values_list("kid", flat=True)
    )
    client = console(operator)
    assert client.get(f"{KEYS}rotate-now/").status_code == 200
    active = SigningKey.objects.filter(state="active")
    assert set(active.values_list("kid", flat=True)) == before
    assert client.post(f"{KEYS}rotate-now/").status_code == 302
    assert not before & set(active.values_list("kid", flat=True))
    actors = Event.objects.filter(action="token:key:activated", actor_type="user")
    assert set(actors.values_list("actor_id", flat=True)) == {str(operator.pk)}


def test_a_gentle_rotation_only_publishes(keys: None) -> None:
    client = console(root())
    active = SigningKey.objects.filter(state="active")
    before = set(active.values_list("kid", flat=True))
    assert client.post(f"{KEYS}rotate/").status_code == 302
    assert set(active.values_list("kid", flat=True)) == before
    assert SigningKey.objects.filter(state="pending").exists()


def test_a_key_is_revoked_once(keys: None) -> None:
    key, client = SigningKey.objects.filter(state="active")[0], console(root())
    assert client.post(f"{KEYS}{key.pk}/revoke/").status_code == 302
    key.refresh_from_db()
    assert key.state == "revoked"
    again = client.post(f"{KEYS}{key.pk}/revoke/")
    assert again.status_code == 200
    assert "revoked before" in again.content.decode()


@pytest.mark.parametrize("deed", ["rotate/", "rotate-now/", "{key}/revoke/"])
def test_staff_who_may_only_look_touch_no_key(
    keys: None,
    deed: str,
) -> None:
    key = SigningKey.objects.all()[0]
    client = console(staff("tokens.view_signingkey"))
    assert client.post(KEYS + deed.format(key=key.pk)).status_code == 403
    key.refresh_from_db()
    assert key.state == "active"


def test_the_tiles_tell_sessions_revocations_and_key_age(keys: None) -> None:
    began(UserFactory.create())
    old = timezone.now() - timedelta(days=40)
    SigningKey.objects.filter(algorithm="ES256").update(activated_at=old)
    answer = console(root()).get("/admin/")
    tiles = {tile.title: tile for tile in answer.context["tiles"]}
    assert tiles["Active sessions"].value == "2"  # the operator's own too
    assert tiles["Live revocations"].value == "0"
    assert "month" in tiles["Signing key age"].value


def test_a_console_without_keys_says_so() -> None:
    SigningKey.objects.all().delete()
    answer = console(root()).get("/admin/")
    (tile,) = [t for t in answer.context["tiles"] if t.title == "Signing key age"]
    assert (tile.value, tile.tone) == ("none", "bad")
