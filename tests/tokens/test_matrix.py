"""Every grant x every reason (design section 5, "What each ending does").

Each reason is applied three times: before the grant, between its check and its mint, and
it must leave the old access token refused where the table says so. `docs/matrix.md` is
this table; `test_the_published_matrix_is_this_one` keeps it so.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts import flows
from accounts import services as accounts
from accounts.models import User
from config.errors import ServiceError
from tenants.models import Tenant
from tests.accounts.flows.doors import mailed_code
from tests.tokens import managing
from tests.tokens.reasons import (
    LIFTS,
    NEWCOMER,
    REASONS,
    Reason,
    World,
    begin_flow,
    change_roles,
    log_in,
    make_world,
    reuse,
    sign_up,
    verify_email,
)
from tokens import verification
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.services import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

DOCUMENT = Path(__file__).parents[2] / "docs" / "matrix.md"


@pytest.fixture
def world() -> World:
    """The world before anything ends."""
    return make_world()


def reasons(
    fits: Callable[[Reason], bool] = lambda reason: True,
) -> pytest.MarkDecorator:
    """Run a test for every reason that fits."""
    fitting = [reason for reason in REASONS if fits(reason)]
    return pytest.mark.parametrize("reason", fitting, ids=lambda r: r.name)


every_reason = reasons()
every_reason_but_reuse = reasons(lambda reason: reason.apply is not reuse)
every_reason_for_a_newcomer = reasons(lambda reason: reason.apply in NEWCOMER)
every_reason_that_can_be_lifted = reasons(lambda reason: reason.apply in LIFTS)


def expect(
    refused: bool,
    action: Callable[[], TokenPair],
) -> None:
    """Run a grant that must be refused, or must give a token that is good at once."""
    if refused:
        with pytest.raises(ServiceError) as refusal:
            action()
        assert refusal.value.status in (401, 403)
        return
    assert verification.verify(action().access_token, audience=None)


@every_reason
def test_old_access_tokens_are_refused(
    world: World,
    reason: Reason,
) -> None:
    verification.verify(world.pair.access_token, audience=None)
    reason.apply(world)
    with pytest.raises((TokenRevoked, TokenInvalid)):
        verification.verify(world.pair.access_token, audience=None)


@every_reason
def test_refresh_after_the_reason(
    world: World,
    reason: Reason,
) -> None:
    reason.apply(world)
    token = world.pair.refresh_token
    expect(reason.refresh_refused, lambda: refresh.refresh(token))


@every_reason_but_reuse
def test_a_repeated_refresh_after_the_reason(
    world: World,
    reason: Reason,
) -> None:
    reason.apply(world)
    token = world.earlier.refresh_token
    expect(reason.refresh_refused, lambda: refresh.refresh(token))


@every_reason
def test_sign_in_after_the_reason(
    world: World,
    reason: Reason,
) -> None:
    reason.apply(world)
    expect(reason.login_refused, lambda: log_in(world.user, world.application))


@every_reason
def test_sign_in_with_the_reason_between_password_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = flows.log_in

    def checked_then_ended(**given: Any) -> Any:
        outcome = check(**given)
        reason.apply(world)
        return outcome

    monkeypatch.setattr(flows, "log_in", checked_then_ended)
    before = Session.objects.count()
    expect(reason.meanwhile_refused, lambda: log_in(world.user, world.application))
    if reason.meanwhile_refused:
        assert Session.objects.count() <= before


@every_reason
def test_verification_of_a_flow_begun_before_the_reason(
    world: World,
    reason: Reason,
) -> None:
    flow_token, code = begin_flow(world), mailed_code()
    reason.apply(world)
    expect(reason.meanwhile_refused, lambda: verify_email(flow_token, code))


@every_reason
def test_verification_with_the_reason_between_code_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow_token, code = begin_flow(world), mailed_code()
    check = flows.verify_email

    def checked_then_ended(
        flow: flows.Waiting,
        **given: Any,
    ) -> Any:
        outcome = check(flow, **given)
        reason.apply(world)
        return outcome

    monkeypatch.setattr(flows, "verify_email", checked_then_ended)
    before = Session.objects.count()
    expect(reason.meanwhile_refused, lambda: verify_email(flow_token, code))
    if reason.meanwhile_refused:
        assert Session.objects.count() <= before


@every_reason_for_a_newcomer
def test_sign_up_with_the_reason_between_account_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Tenant.objects.update(registration=Tenant.Registration.OPEN)
    make = flows.sign_up

    def made_then_ended(**given: Any) -> Any:
        outcome = make(**given)
        world.user = User.objects.get(email_key=given["email"])
        reason.apply(world)
        return outcome

    monkeypatch.setattr(flows, "sign_up", made_then_ended)
    expect(reason.meanwhile_refused, lambda: sign_up(world.application))
    if reason.meanwhile_refused:
        assert not Session.objects.filter(login__user=world.user).exists()


@every_reason_but_reuse
def test_refresh_with_the_reason_between_claim_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = refresh.rotate

    def claimed_then_ended(presented: refresh.Presented) -> bool:
        won = claim(presented)
        reason.apply(world)
        return won

    monkeypatch.setattr(refresh, "rotate", claimed_then_ended)
    token = world.pair.refresh_token
    expect(reason.refresh_refused, lambda: refresh.refresh(token))


@every_reason_that_can_be_lifted
def test_nothing_comes_back_to_life_when_the_reason_is_lifted(
    world: World,
    reason: Reason,
) -> None:
    reason.apply(world)
    LIFTS[reason.apply](world)
    for token in (world.pair.refresh_token, world.earlier.refresh_token):
        expect(True, lambda token=token: refresh.refresh(token))  # type: ignore[misc]
    with pytest.raises(TokenRevoked):
        verification.verify(world.pair.access_token, audience=None)
    expect(False, lambda: log_in(world.user, world.application))


def test_a_role_change_reaches_the_next_refresh(world: World) -> None:
    change_roles(world)
    pair = refresh.refresh(world.pair.refresh_token)
    principal = verification.verify(pair.access_token, audience=None)
    assert principal.claims["roles"] == []


def test_a_password_change_spares_the_login_that_made_it(world: World) -> None:
    other = log_in(world.user, world.application)
    accounts.change_password(
        world.user,
        new_password="quite another long passphrase",
        keep_login=world.session.login_id,
        acting_user=world.user,
    )
    assert verification.verify(world.pair.access_token, audience=None)
    expect(False, lambda: refresh.refresh(world.pair.refresh_token))
    expect(True, lambda: refresh.refresh(other.refresh_token))


def published() -> str:
    """Return the matrix as Markdown."""
    lines = [
        "# What ends what",
        "",
        "Generated from `tests/tokens/test_matrix.py`, which proves every cell with",
        "`tests/tokens/oidc/test_matrix.py`: the reason before the grant, and committed",
        "between its check and its mint. The refresh is that of REST and of `/oauth/token`.",
        "",
        "| reason | old access tokens | refresh | sign-in afterwards "
        "| sign-in, cookie, code or device under way | client credentials |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    words = {True: "refused", False: "new tokens"}
    for r in REASONS:
        cells = [r.refresh_refused, r.login_refused, r.meanwhile_refused]
        cells.append(r.service_refused)
        row = " | ".join(words[cell] for cell in cells)
        lines.append(f"| {r.name} | refused | {row} |")
    return "\n".join(
        [
            *lines,
            "",
            "A sign-up under way is refused as a sign-in under way is, and leaves no session.",
            "So is a verification: the reason before the code, or between code and mint.",
            "",
            *managing.published(),
        ]
    )


def test_the_published_matrix_is_this_one() -> None:
    assert DOCUMENT.read_text() == published()
