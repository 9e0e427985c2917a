"""Every grant at `/oauth/token` x every reason (`tests/tokens/test_matrix.py` publishes it).

The reason comes while a code, an approved device or a refresh token is in hand, and again
between the claim and the mint.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Application
from tenants.services.secrets import issue
from tests.factories import ApiFactory
from tests.tokens.oidc.boxes import GRANT as DEVICE
from tests.tokens.oidc.boxes import Box, allow
from tests.tokens.oidc.party import CALLBACK, GRANTS, Party, answer_of, browser_of
from tests.tokens.reasons import REASONS, Reason, World, make_world, reuse
from tokens import verification
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.models import Session
from tokens.oidc.services import codes
from tokens.services import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
REFUSALS = ("invalid_grant", "invalid_client")


def reasons(
    fits: Callable[[Reason], bool] = lambda reason: True,
) -> pytest.MarkDecorator:
    """Run a test for every reason that fits."""
    fitting = [reason for reason in REASONS if fits(reason)]
    return pytest.mark.parametrize("reason", fitting, ids=lambda r: r.name)


@pytest.fixture
def world() -> World:
    """The world before anything ends; its application has the code flow."""
    made = make_world()
    Application.objects.update(redirect_uris=[CALLBACK], grants=GRANTS)
    made.application.refresh_from_db()
    return made


@pytest.fixture
def party(world: World) -> Party:
    return Party(world.application)


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world.user)


def expect(
    refused: bool,
    response: Any,
) -> None:
    """The answer must be a refusal, or a token that is good at once."""
    body = response.json()
    if refused:
        assert response.status_code in (400, 401) and body["error"] in REFUSALS, body
        return
    assert verification.verify(body["access_token"], audience=None)


@reasons()
def test_a_cookie_of_before_the_reason(
    world: World,
    party: Party,
    browser: Client,
    reason: Reason,
) -> None:
    reason.apply(world)
    response = party.authorize(browser)
    if reason.meanwhile_refused:
        assert "code=" not in response.headers.get("Location", "")
        return
    expect(False, party.exchange(answer_of(response)["code"]))


@reasons()
def test_a_code_of_before_the_reason(
    world: World,
    party: Party,
    browser: Client,
    reason: Reason,
) -> None:
    code = party.code_for(browser)
    reason.apply(world)
    expect(reason.meanwhile_refused, party.exchange(code))


@reasons()
def test_a_code_with_the_reason_between_claim_and_mint(
    world: World,
    party: Party,
    browser: Client,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, claim = party.code_for(browser), codes.claim

    def claimed_then_ended(*given: Any) -> Any:
        session = claim(*given)
        reason.apply(world)
        return session

    monkeypatch.setattr(codes, "claim", claimed_then_ended)
    expect(reason.meanwhile_refused, party.exchange(code))


def allowed(world: World) -> tuple[Box, str]:
    """Return a device that somebody allowed, and the code that it polls with."""
    Application.objects.update(grants=[DEVICE])
    world.application.refresh_from_db()
    device = Box(world.application)
    given = device.codes()
    assert allow(world.user, given["user_code"]).status_code == 200
    return device, given["device_code"]


@reasons()
def test_an_approved_device_of_before_the_reason(
    world: World,
    reason: Reason,
) -> None:
    device, code = allowed(world)
    reason.apply(world)
    expect(reason.meanwhile_refused, device.poll(code))


@reasons()
def test_an_approved_device_with_the_reason_between_claim_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (device, code), claim = allowed(world), codes.claim

    def claimed_then_ended(*given: Any) -> Any:
        session = claim(*given)
        reason.apply(world)
        return session

    monkeypatch.setattr(codes, "claim", claimed_then_ended)
    expect(reason.meanwhile_refused, device.poll(code))


def in_hand(
    world: World,
    party: Party,
    browser: Client,
) -> str:
    """Return a refresh token of an OAuth session, which the reason will be about."""
    body = party.tokens(browser)
    session = Session.objects.get(door=Session.Door.OAUTH)
    Session.objects.filter(door=Session.Door.REST).delete()
    object.__setattr__(world.pair.standing, "sid", session.sid)
    token: str = body["refresh_token"]
    return token


@reasons(lambda reason: reason.apply is not reuse)
def test_a_refresh_after_the_reason(
    world: World,
    party: Party,
    browser: Client,
    reason: Reason,
) -> None:
    token = in_hand(world, party, browser)
    reason.apply(world)
    expect(reason.refresh_refused, party.refresh(token))


@reasons(lambda reason: reason.apply is not reuse)
def test_a_refresh_with_the_reason_between_claim_and_mint(
    world: World,
    party: Party,
    browser: Client,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token, claim = in_hand(world, party, browser), refresh.rotate

    def claimed_then_ended(presented: refresh.Presented) -> bool:
        won = claim(presented)
        reason.apply(world)
        return won

    monkeypatch.setattr(refresh, "rotate", claimed_then_ended)
    expect(reason.refresh_refused, party.refresh(token))


@reasons()
def test_a_service_is_refused_for_what_concerns_it(
    world: World,
    reason: Reason,
) -> None:
    api = ApiFactory(tenant=world.application.tenant)
    world.application.apis.add(api)
    Application.objects.filter(pk=world.application.pk).update(
        type=Application.Type.SERVICE, grants=["client_credentials"], scopes=[]
    )
    world.application.refresh_from_db()
    secret = issue(world.application, acting_user=None).clear
    service = Party(world.application, secret=secret)
    old = service.post(grant_type="client_credentials").json()["access_token"]
    reason.apply(world)
    expect(reason.service_refused, service.post(grant_type="client_credentials"))
    if reason.service_refused or "key" in reason.name:
        with pytest.raises((TokenRevoked, TokenInvalid)):
            verification.verify(old, audience=None)
    else:
        assert verification.verify(old, audience=None)
