"""The operator console's sign-in."""

from typing import Any

import pytest
from django.test import RequestFactory

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
