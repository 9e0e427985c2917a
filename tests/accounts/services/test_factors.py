"""Factors change under a lock, with an event and a letter; a reset ends every login."""

import json
from typing import Any

import pytest

from accounts import services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import FlowInvalid
from accounts.flows import Purpose, enrolment, factors
from accounts.models import User
from accounts.outbox.models import Delivery
from accounts.signals import credentials_changed
from config.encryption import decrypt
from config.errors import Conflict, Forbidden
from tests.authenticators import App, has_app
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def letter() -> dict[str, Any]:
    """Return the last letter."""
    row = Delivery.objects.latest("id")
    told: dict[str, Any] = json.loads(decrypt(row.payload))
    return told


def enrolled(user: User) -> App:
    flow = enrolment.waiting(enrolment.begin(user), Purpose.ADDITION)
    app = App(enrolment.totp_secret(flow)[0])
    services.add_totp(flow, code=app.code())
    return app


def test_an_added_factor_is_told_to_its_owner_without_its_secret(ann: User) -> None:
    app = enrolled(ann)
    told = letter()
    assert told["to"] == "ann@example.com"
    assert "authenticator app" in told["text"] and app.secret not in str(told)
    assert app.secret not in str(list(Event.objects.values()))


def test_a_person_who_changed_meanwhile_adds_nothing(ann: User) -> None:
    flow = enrolment.waiting(enrolment.begin(ann), Purpose.ADDITION)
    app = App(enrolment.totp_secret(flow)[0])
    User.objects.update(epoch=5)
    with pytest.raises(FlowInvalid):
        services.add_totp(flow, code=app.code())
    assert factors.factors_of(ann) == []


def test_there_is_a_most_of_factors(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accounts.services.factors.MOST_FACTORS", 0)
    with pytest.raises(Conflict):
        enrolled(ann)


def test_a_removal_and_new_codes_are_recorded(ann: User) -> None:
    enrolled(ann)
    assert len(services.new_recovery_codes(ann)) == 10
    assert letter()["subject"] == "New recovery codes for your account"
    services.remove_factor(ann, factors.factors_of(ann)[0].id)
    assert Event.objects.get(action=Action.FACTOR_REMOVED).details == {"type": "totp"}
    assert Event.objects.filter(action=Action.RECOVERY_CODES_CREATED).count() == 1
    with pytest.raises(Conflict):
        services.new_recovery_codes(ann)


def test_a_reset_ends_every_login_and_is_told(ann: User) -> None:
    has_app(ann)
    seen: list[dict[str, Any]] = []

    def hear(**given: Any) -> None:
        seen.append(given)

    credentials_changed.connect(hear, weak=False, dispatch_uid="hear")
    try:
        assert services.reset_factors(ann, acting_user=None) == 1
        assert services.reset_factors(ann, acting_user=None) == 0
    finally:
        credentials_changed.disconnect(dispatch_uid="hear")
    assert len(seen) == 1 and seen[0]["keep_login"] is None
    assert User.objects.get().epoch == 1
    assert letter()["subject"] == "Your second factors were reset"


def test_nobody_but_a_superuser_resets(ann: User) -> None:
    has_app(ann)
    for other in (ann, UserFactory(is_staff=True)):
        with pytest.raises(Forbidden):
            services.reset_factors(ann, acting_user=other)
    assert factors.factors_of(ann)
