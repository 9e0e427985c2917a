"""Tokens of services are written down: the first for an audience in a minute."""

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tests.factories import ApiFactory
from tests.tokens.oidc.confidential import GRANT, api_of, service
from tokens.oidc.services import machines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def noted() -> list[str]:
    """Return the audiences that were written down."""
    events = Event.objects.filter(action=Action.SERVICE_TOKEN_ISSUED).order_by("id")
    return [event.details["audience"] for event in events]


def test_the_first_token_in_a_minute_is_an_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    party = service()
    own = api_of(party).identifier
    for _ in range(3):
        token = party.post(grant_type=GRANT).json()["access_token"]
    assert noted() == [own]
    event = Event.objects.get(action=Action.SERVICE_TOKEN_ISSUED)
    assert (event.actor_type, event.tenant_id) == (
        "application",
        party.application.tenant_id,
    )
    assert token not in str(event.details) and party.secret not in str(event.details)
    monkeypatch.setattr(machines, "EVERY_SECONDS", 0.0)
    party.post(grant_type=GRANT)
    assert noted() == [own, own]


def test_each_audience_and_each_service_has_its_own() -> None:
    party, other = service(), service()
    further = ApiFactory(tenant=party.application.tenant)
    party.application.apis.add(further)
    party.post(grant_type=GRANT)
    party.post(grant_type=GRANT, resource=further.identifier)
    other.post(grant_type=GRANT)
    assert len(set(noted())) == 3


def test_a_refused_request_is_no_token() -> None:
    party = service()
    party.post(grant_type=GRANT, scope="manage")
    assert noted() == []


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "_MOST", 1)
    for _ in range(3):
        service().post(grant_type=GRANT)
    assert len(machines._noted) == 1
    assert len(noted()) == 3
