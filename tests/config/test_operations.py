"""Deeds of operators: asked about on GET, done on POST."""

import pytest
from django import forms
from django.test import Client

from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, InvalidInput
from config.operations import show_refusal
from tests.factories import UserFactory
from tests.operators import console, root, staff

pytestmark = pytest.mark.django_db


def page_of(
    user: User,
    deed: str,
) -> str:
    """Return the URL of a deed on a user."""
    return f"/admin/accounts/user/{user.pk}/{deed}/"


def test_looking_at_the_question_changes_nothing() -> None:
    alice = UserFactory.create()
    answer = console(root()).get(page_of(alice, "disable"))
    assert answer.status_code == 200
    assert "cannot sign in" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.is_active
    assert not Event.objects.exists()


def test_the_deed_is_done_on_post_and_audited_with_who_did_it() -> None:
    alice, operator = UserFactory.create(), root()
    answer = console(operator).post(page_of(alice, "disable"), follow=True)
    assert "The user was disabled." in answer.content.decode()
    alice.refresh_from_db()
    assert not alice.is_active
    event = Event.objects.get(action="account:user:disabled")
    assert (event.actor_id, event.target_id) == (str(operator.pk), str(alice.pk))


def test_a_post_without_the_csrf_token_does_nothing() -> None:
    alice = UserFactory.create()
    client = Client(enforce_csrf_checks=True)
    client.force_login(root())
    assert client.post(page_of(alice, "disable")).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active


def test_a_forged_post_without_the_right_does_nothing() -> None:
    alice = UserFactory.create()
    client = console(staff("accounts.view_user"))
    assert client.post(page_of(alice, "disable")).status_code == 403
    assert client.get(page_of(alice, "disable")).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active


def test_a_service_that_refuses_is_quoted_on_the_page() -> None:
    operator = root()
    answer = console(operator).post(page_of(operator, "disable"))
    assert answer.status_code == 200
    assert "You cannot disable yourself." in answer.content.decode()
    operator.refresh_from_db()
    assert operator.is_active


@pytest.mark.parametrize(
    "key", ["0", "nothing", "01a20ccb-63c6-7ef8-b89b-9bd00846545c"]
)
def test_an_object_that_is_not_there_is_not_found(key: str) -> None:
    answer = console(root()).post(f"/admin/accounts/user/{key}/disable/")
    assert answer.status_code == 404


def test_only_deeds_that_make_sense_are_offered() -> None:
    alice = UserFactory.create(is_active=False)
    page = console(root()).get(f"/admin/accounts/user/{alice.pk}/change/")
    shown = page.content.decode()
    assert page_of(alice, "enable") in shown
    assert page_of(alice, "disable") not in shown
    assert page_of(alice, "unlock") not in shown


def test_deeds_are_not_offered_without_the_right() -> None:
    alice = UserFactory.create()
    page = console(staff("accounts.view_user"))
    shown = page.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert page_of(alice, "disable") not in shown
    listed = page.get("/admin/accounts/user/").content.decode()
    assert "/admin/accounts/user/add-user/" not in listed


def test_a_refusal_goes_to_the_field_it_speaks_of_else_to_the_whole_form() -> None:
    class Named(forms.Form):
        name = forms.CharField()

    form = Named({"name": "x"})
    form.is_valid()
    show_refusal(form, InvalidInput.at("name", detail="too short"))
    show_refusal(form, InvalidInput.at("elsewhere/0", detail="not here"))
    show_refusal(form, Conflict("taken"))
    assert form.errors["name"] == ["too short"]
    assert form.non_field_errors() == ["not here", "taken"]
