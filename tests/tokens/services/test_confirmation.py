"""From a mailed code to a token pair: what the flow decides, and what ended meanwhile."""

from typing import Any

import pytest

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import FlowInvalid
from accounts.flows import Pending
from tenants.models import Application
from tests.accounts.flows.doors import mailed_code
from tests.tokens.pairs import minted
from tests.tokens.reasons import World, begin_flow, make_world
from tokens.models import Session
from tokens.services import confirmation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def world() -> World:
    """A member of an invite-only tenant."""
    return make_world()


def test_a_member_who_proves_the_address_is_signed_in_and_it_is_told(
    world: World,
) -> None:
    flow_token = begin_flow(world)
    before = Session.objects.count()

    outcome = confirmation.verify_email(flow_token=flow_token, code=mailed_code())

    pair = minted(outcome)
    assert pair.standing.user_id == world.user.pk
    assert Session.objects.count() == before + 1
    told = Event.objects.filter(action=Action.LOGIN_SUCCEEDED).latest("id")
    assert told.details["client_id"] == world.application.client_id


def test_a_further_step_is_passed_on(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow_token = begin_flow(world)
    further = Pending("mfa_required", flow_token, methods=("totp",))

    def verified(*given: Any, **more: Any) -> Pending:
        return further

    monkeypatch.setattr(flows, "verify_email", verified)
    outcome = confirmation.verify_email(flow_token=flow_token, code="any")
    assert outcome is further


def test_the_flow_of_an_application_that_is_gone_is_over(world: World) -> None:
    flow_token = begin_flow(world)
    Application.objects.filter(pk=world.application.pk).update(client_id="renamed")
    with pytest.raises(FlowInvalid):
        confirmation.verify_email(flow_token=flow_token, code="AAAA-AAAA")
    with pytest.raises(FlowInvalid):
        confirmation.resend_code(flow_token=flow_token)
