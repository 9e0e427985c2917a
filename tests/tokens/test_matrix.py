"""Every grant x every reason (design section 5, "What each ending does").

Each reason is applied three times: before the grant, between its check and its mint, and
it must leave the old access token refused where the table says so. `docs/matrix.md` is
this table; `test_the_published_matrix_is_this_one` keeps it so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts import flows
from accounts import services as accounts
from accounts.models import User
from config.errors import ServiceError
from tenants.models import Application, Membership, Role
from tenants.services import applications, memberships, roles, tenants
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tokens import verification
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.minting import TokenPair
from tokens.models import Session, SigningKey
from tokens.services import keys, refresh, sessions, sign_in
from tokens.services.sign_in import Credentials

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

DOCUMENT = Path(__file__).parents[2] / "docs" / "matrix.md"
SUPERUSER = None


@dataclass
class World:
    """A member with a role, signed in to an application of an invite-only tenant."""

    user: User
    application: Application
    membership: Membership
    role: Role
    pair: TokenPair
    earlier: TokenPair

    @property
    def session(self) -> Session:
        """The session of the tokens in hand."""
        return Session.objects.get(sid=self.pair.standing.sid)


def log_in(
    user: User,
    application: Application,
) -> TokenPair:
    """Sign the member in by password."""
    outcome = sign_in.log_in(
        Credentials(user.email, PASSWORD),
        client_id=application.client_id,
        audience=None,
    )
    assert isinstance(outcome, TokenPair)
    return outcome


@pytest.fixture
def world() -> World:
    """Return the world before anything ends."""
    tenant = TenantFactory(registration="invite")
    application = ApplicationFactory(tenant=tenant)
    user = UserFactory()
    role = RoleFactory(tenant=tenant, name="clerk")
    membership = MembershipFactory(user=user, tenant=tenant)
    membership.roles.add(role)
    first = log_in(user, application)
    second = refresh.refresh(first.refresh_token)
    return World(user, application, membership, role, second, first)


def _disable(world: World) -> None:
    accounts.disable_user(world.user, acting_user=SUPERUSER)


def _delete(world: World) -> None:
    accounts.delete_user(world.user, acting_user=SUPERUSER)


def _suspend_tenant(world: World) -> None:
    tenants.suspend_tenant(world.application.tenant, acting_user=SUPERUSER)


def _suspend_application(world: World) -> None:
    applications.suspend_application(world.application, acting_user=SUPERUSER)


def _suspend_membership(world: World) -> None:
    memberships.suspend_membership(world.membership, acting_user=SUPERUSER)


def _end_membership(world: World) -> None:
    memberships.end_membership(world.membership, acting_user=SUPERUSER)


def _expire_membership(world: World) -> None:
    memberships.change_membership(
        world.membership, expires_at=timezone.now(), acting_user=SUPERUSER
    )


def _change_password(world: World) -> None:
    accounts.change_password(
        world.user,
        new_password="quite another long passphrase",
        keep_login=None,
        acting_user=world.user,
    )


def _sign_out_everywhere(world: World) -> None:
    sessions.end_all_sessions(world.user, acting_user=world.user)


def _end_session(world: World) -> None:
    sessions.end_session(world.session, acting_user=SUPERUSER)


def _reuse(world: World) -> None:
    third = refresh.refresh(world.pair.refresh_token)
    assert third
    with pytest.raises(ServiceError):
        refresh.refresh(world.earlier.refresh_token)


def _change_roles(world: World) -> None:
    memberships.change_membership(world.membership, roles=[], acting_user=SUPERUSER)


def _edit_role(world: World) -> None:
    roles.change_role(world.role, name="manager", acting_user=SUPERUSER)


def _revoke_key(world: World) -> None:
    key = SigningKey.objects.get(algorithm="ES256", state="active")
    keys.revoke_signing_key(key, acting_user=SUPERUSER)


@dataclass(frozen=True)
class Reason:
    """What happens, and what it must do: old access tokens, refresh, a new sign-in.

    `meanwhile` is what a sign-in gets whose password was checked before and that would
    mint after it.
    """

    name: str
    apply: Callable[[World], None]
    refresh_refused: bool = True
    login_refused: bool = True
    meanwhile_refused: bool = True


REASONS = [
    Reason("user disabled", _disable),
    Reason("user deleted", _delete),
    Reason("tenant suspended", _suspend_tenant),
    Reason("application suspended", _suspend_application),
    Reason("membership suspended", _suspend_membership),
    Reason("membership removed", _end_membership),
    Reason("membership expired", _expire_membership),
    Reason("password changed", _change_password),
    Reason("signed out everywhere", _sign_out_everywhere, login_refused=False),
    Reason(
        "session ended by an operator",
        _end_session,
        login_refused=False,
        meanwhile_refused=False,
    ),
    Reason(
        "refresh token reused", _reuse, login_refused=False, meanwhile_refused=False
    ),
    Reason(
        "roles of the member changed",
        _change_roles,
        refresh_refused=False,
        login_refused=False,
        meanwhile_refused=False,
    ),
    Reason(
        "role edited",
        _edit_role,
        refresh_refused=False,
        login_refused=False,
        meanwhile_refused=False,
    ),
    Reason(
        "signing key revoked",
        _revoke_key,
        login_refused=False,
        meanwhile_refused=False,
    ),
]
every_reason = pytest.mark.parametrize("reason", REASONS, ids=lambda r: r.name)


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


@every_reason
def test_a_repeated_refresh_after_the_reason(
    world: World,
    reason: Reason,
) -> None:
    if reason.apply is _reuse:
        pytest.skip("the reason is itself a repetition")
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
def test_refresh_with_the_reason_between_claim_and_mint(
    world: World,
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if reason.apply is _reuse:
        pytest.skip("the reason is itself a refresh")
    claim = refresh.rotate

    def claimed_then_ended(presented: refresh.Presented) -> bool:
        won = claim(presented)
        reason.apply(world)
        return won

    monkeypatch.setattr(refresh, "rotate", claimed_then_ended)
    token = world.pair.refresh_token
    expect(reason.refresh_refused, lambda: refresh.refresh(token))


@every_reason
def test_nothing_comes_back_to_life_when_the_reason_is_lifted(
    world: World,
    reason: Reason,
) -> None:
    lift: dict[Any, Callable[[], Any]] = {
        _disable: lambda: accounts.enable_user(world.user, acting_user=SUPERUSER),
        _suspend_tenant: lambda: tenants.resume_tenant(
            world.application.tenant, acting_user=SUPERUSER
        ),
        _suspend_application: lambda: applications.resume_application(
            world.application, acting_user=SUPERUSER
        ),
        _suspend_membership: lambda: memberships.resume_membership(
            world.membership, acting_user=SUPERUSER
        ),
    }
    if reason.apply not in lift:
        pytest.skip("cannot be lifted")
    reason.apply(world)
    lift[reason.apply]()
    for token in (world.pair.refresh_token, world.earlier.refresh_token):
        expect(True, lambda token=token: refresh.refresh(token))  # type: ignore[misc]
    with pytest.raises(TokenRevoked):
        verification.verify(world.pair.access_token, audience=None)
    expect(False, lambda: log_in(world.user, world.application))


def test_a_role_change_reaches_the_next_refresh(world: World) -> None:
    _change_roles(world)
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
        "Generated from `tests/tokens/test_matrix.py`, which proves every cell: the",
        "reason before the grant, and committed between its check and its mint.",
        "",
        "| reason | old access tokens | refresh | sign-in afterwards | sign-in under way |",
        "| --- | --- | --- | --- | --- |",
    ]
    words = {True: "refused", False: "new tokens"}
    for r in REASONS:
        cells = [r.refresh_refused, r.login_refused, r.meanwhile_refused]
        row = " | ".join(words[cell] for cell in cells)
        lines.append(f"| {r.name} | refused | {row} |")
    later = "authorization code, device code, client credentials"
    return "\n".join([*lines, "", f"Grants that do not exist yet: {later}.", ""])


def test_the_published_matrix_is_this_one() -> None:
    assert DOCUMENT.read_text() == published()
