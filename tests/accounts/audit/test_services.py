"""Writing to the trail."""

import pytest
from django.db import transaction

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.audit.services import SYSTEM, Party, party, record
from accounts.models import User
from config import context
from config.context import RequestContext
from tests.factories import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_nobody_is_the_system() -> None:
    assert party(None) == SYSTEM


def test_a_party_is_itself() -> None:
    robot = Party("application", "abc", "Robot")
    assert party(robot) is robot


def test_a_model_instance_appears_with_type_id_and_label() -> None:
    user = UserFactory.create(email="Alice@example.com")
    assert party(user) == Party("user", str(user.pk), "Alice@example.com")


def test_an_event_says_who_did_what_to_whom() -> None:
    alice, tenant = UserFactory.create(), TenantFactory.create()
    record(
        Action.TENANT_SUSPENDED,
        acting=alice,
        target=tenant,
        tenant_id=tenant.pk,
        details={"why": "unpaid"},
    )
    event = Event.objects.get()
    assert (event.actor_type, event.actor_id) == ("user", str(alice.pk))
    assert (event.target_type, event.target_label) == ("tenant", tenant.slug)
    assert event.tenant_id == tenant.pk
    assert event.details == {"why": "unpaid"}
    assert event.succeeded
    assert event.outcome == "tenant suspended"
    assert str(event) == f"tenant suspended: {tenant.slug}"


def test_an_event_takes_the_callers_address_from_the_context() -> None:
    caller = RequestContext("203.0.113.9", "Mozilla/5.0", "req-1")
    with context.entered(caller):
        record(Action.LOGIN_FAILED, acting=None, succeeded=False, outcome="wrong")
    event = Event.objects.get()
    assert (event.ip, event.user_agent) == ("203.0.113.9", "Mozilla/5.0")
    assert event.request_id == "req-1"
    assert not event.succeeded
    assert event.outcome == "wrong"


def test_outside_a_request_there_is_no_address() -> None:
    with context.entered(context.NOWHERE):
        event = record(Action.KEY_CREATED, acting=None)
    assert (event.ip, event.user_agent, event.request_id) == (None, "", "")
    assert (event.target_type, event.target_id) == ("", "")


def test_what_is_too_long_is_cut_not_refused() -> None:
    with context.entered(RequestContext(None, "u" * 999, "r" * 999)):
        record(Action.LOGIN_FAILED, acting=None, outcome="o" * 999)
    event = Event.objects.get()
    assert len(event.outcome) == 255
    assert len(event.user_agent) == 256
    assert len(event.request_id) == 64


def test_a_rollback_takes_the_event_back() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record(Action.USER_CREATED, acting=None)
        raise RuntimeError
    assert not Event.objects.exists()


def test_secrets_given_by_mistake_are_dropped() -> None:
    details = {
        "name": "Robot",
        "client_secret": "canary",
        "nested": [{"password": "canary", "fields": ("name",)}],
    }
    record(Action.SECRET_CREATED, acting=None, details=details)
    event = Event.objects.get()
    assert "canary" not in str(event.details)
    assert event.details["name"] == "Robot"
    assert event.details["nested"][0]["fields"] == ["name"]


def test_what_stands_for_something_appears_as_that() -> None:
    real = User(email="ann@example.com")
    stand_in = User(email="another@example.com")
    stand_in.stands_for = real  # type: ignore[attr-defined]
    assert party(stand_in) == party(real)
