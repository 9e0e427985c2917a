"""The operator console's sign-in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts import flows, services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.pages.console import ConsoleLoginForm
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def tried(
    email: str,
    password: str = PASSWORD,
) -> ConsoleLoginForm:
    """Return the form after it was looked through."""
    request = RequestFactory().post("/admin/login/")
    form = ConsoleLoginForm(request, data={"username": email, "password": password})
    form.is_valid()
    return form


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {"is_staff": True}])
def test_operators_sign_in_and_it_is_recorded(rights: dict[str, bool]) -> None:
    user = UserFactory.create(email="Root@example.com", **rights)

    form = tried(" ROOT@example.com")

    assert not form.errors and form.get_user() == user
    assert Event.objects.get().action == Action.LOGIN_SUCCEEDED
    user.refresh_from_db()
    assert user.last_login is not None


@pytest.mark.parametrize(
    ("kind", "password", "action", "outcome"),
    [
        ({}, PASSWORD, Action.LOGIN_REFUSED, "not a member of staff"),
        ({"is_staff": True}, "wrong", Action.LOGIN_FAILED, "wrong password"),
        (
            {"is_superuser": True, "is_active": False},
            PASSWORD,
            Action.LOGIN_FAILED,
            "account disabled",
        ),
        (None, PASSWORD, Action.LOGIN_FAILED, "no such account"),
    ],
)
def test_everybody_else_gets_one_answer(
    kind: dict[str, bool] | None,
    password: str,
    action: Action,
    outcome: str,
) -> None:
    if kind is not None:
        UserFactory.create(email="ann@example.com", **kind)

    form = tried("ann@example.com", password)

    assert form.user_cache is None
    assert [e.code for e in form.errors.as_data()["__all__"]] == ["invalid_login"]
    assert "staff account" in str(form.errors)
    event = Event.objects.get()
    assert (event.action, event.outcome) == (action, outcome)


def test_the_console_has_the_lockout_of_every_door() -> None:
    UserFactory.create(email="root@example.com", is_superuser=True)
    for _ in range(10):
        tried("root@example.com", "wrong")

    form = tried("root@example.com")

    assert form.user_cache is None
    assert "Try again in 15 minutes." in str(form.errors)


def test_an_empty_form_is_no_attempt() -> None:
    assert tried("", "").user_cache is None
    assert not Event.objects.exists()


def test_the_console_uses_this_form(client: Any) -> None:
    UserFactory.create(email="root@example.com", is_superuser=True)
    form = {"username": "root@example.com", "password": PASSWORD}

    answer = client.post("/admin/login/?next=/admin/", form)

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert Event.objects.get().outcome == "signed in to the console"
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_a_password_changed_during_a_sign_in_keeps_the_old_one_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = UserFactory.create(email="root@example.com", is_superuser=True)
    check = flows.log_in

    def checked_then_ended(**given: Any) -> Any:
        outcome = check(**given)
        services.sign_out_everywhere(root, acting_user=root)
        return outcome

    monkeypatch.setattr(flows, "log_in", checked_then_ended)
    assert tried("root@example.com").errors


@pytest.mark.parametrize(
    "end",
    [
        lambda user: services.sign_out_everywhere(user, acting_user=user),
        lambda user: services.change_password(
            user,
            new_password="quite another long passphrase",
            keep_login=None,
            acting_user=None,
        ),
        lambda user: services.enable_user(
            services.disable_user(user, acting_user=None), acting_user=None
        ),
    ],
    ids=["signed out everywhere", "password set", "disabled and enabled"],
)
def test_what_ends_a_persons_logins_ends_their_console_session(
    end: Callable[[User], Any],
    client: Client,
) -> None:
    UserFactory.create(is_superuser=True)
    staff = UserFactory.create(email="staff@example.com", is_staff=True)
    sent = {"username": "staff@example.com", "password": PASSWORD}
    assert client.post("/admin/login/", sent).status_code == 302
    assert client.get("/admin/").status_code == 200
    end(staff)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_an_operator_who_changes_their_own_password_stays_in(client: Client) -> None:
    UserFactory.create(email="root@example.com", is_superuser=True)
    sent = {"username": "root@example.com", "password": PASSWORD}
    client.post("/admin/login/", sent)
    new = {"current_password": PASSWORD, "new_password": "quite another passphrase"}
    assert client.post("/admin/password_change/", new).status_code == 302
    assert client.get("/admin/").status_code == 200
