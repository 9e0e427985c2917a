"""The world before anything ends, and everything that can end it (design section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import services as accounts
from accounts.flows import Pending
from accounts.mail import links
from accounts.models import User
from accounts.privacy import services as privacy
from accounts.services import email, recovery
from config.errors import ServiceError
from tenants.models import Application, Membership, Role, Tenant
from tenants.services import applications, memberships, roles, tenants
from tests.authenticators import has_app
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.tokens.pairs import minted
from tokens.minting import TokenPair
from tokens.models import Session, SigningKey
from tokens.services import confirmation, keys, refresh, sessions, sign_in
from tokens.services.sign_in import Credentials

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
    return minted(outcome)


def sign_up(application: Application) -> TokenPair:
    """Sign a newcomer up."""
    outcome = sign_in.register(
        Credentials("newcomer@example.com", PASSWORD),
        client_id=application.client_id,
        audience=None,
    )
    return minted(outcome)


def begin_flow(world: "World") -> str:
    """Leave a sign-in of the member waiting for a mailed code; returns its flow token."""
    Tenant.objects.update(verification_required=True)
    EmailAddress.objects.filter(user=world.user).update(verified=False)
    outcome = sign_in.log_in(
        Credentials(world.user.email, PASSWORD),
        client_id=world.application.client_id,
        audience=None,
    )
    assert isinstance(outcome, Pending)
    return outcome.flow_token


def verify_email(
    flow_token: str,
    code: str,
) -> TokenPair:
    """Finish a flow with the code that was mailed."""
    outcome = confirmation.verify_email(flow_token=flow_token, code=code)
    return minted(outcome)


def make_world() -> World:
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
    privacy.delete_user(world.user, acting_user=SUPERUSER)


def _leave(world: World) -> None:
    privacy.request_erasure(world.user, acting_user=world.user)


def _erase(world: World) -> None:
    privacy.erase_user(world.user, acting_user=SUPERUSER)


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


def _reset_password(world: World) -> None:
    link = links.make(world.user, links.Purpose.RESET_PASSWORD)
    key = link.partition("?key=")[2]
    recovery.confirm_reset(key=key, password="quite another long passphrase")


def _undo_address_change(world: World) -> None:
    link = links.make(
        world.user,
        links.Purpose.UNDO_EMAIL_CHANGE,
        email_key="old@example.com",
        data={"email": "old@example.com"},
    )
    email.undo_change(key=link.partition("?key=")[2])


def _sign_out_everywhere(world: World) -> None:
    sessions.end_all_sessions(world.user, acting_user=world.user)


def _reset_factors(world: World) -> None:
    has_app(world.user)
    assert accounts.reset_factors(world.user, acting_user=SUPERUSER) == 1


def _end_session(world: World) -> None:
    sessions.end_session(world.session, acting_user=SUPERUSER)


def reuse(world: World) -> None:
    third = refresh.refresh(world.pair.refresh_token)
    assert third
    with pytest.raises(ServiceError):
        refresh.refresh(world.earlier.refresh_token)


def change_roles(world: World) -> None:
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
    mint after it; also a code or an approved device. `service` is the application's own
    grant, client credentials.
    """

    name: str
    apply: Callable[[World], None]
    refresh_refused: bool = True
    login_refused: bool = True
    meanwhile_refused: bool = True
    service_refused: bool = False


REASONS = [
    Reason("user disabled", _disable),
    Reason("user deleted", _delete),
    Reason("user leaving", _leave),
    Reason("user erased", _erase),
    Reason("tenant suspended", _suspend_tenant, service_refused=True),
    Reason("application suspended", _suspend_application, service_refused=True),
    Reason("membership suspended", _suspend_membership),
    Reason("membership removed", _end_membership),
    Reason("membership expired", _expire_membership),
    Reason("password changed", _change_password),
    Reason("password reset by link", _reset_password),
    Reason("address change undone", _undo_address_change),
    Reason("second factors reset", _reset_factors, login_refused=False),
    Reason("signed out everywhere", _sign_out_everywhere, login_refused=False),
    Reason(
        "session ended by an operator",
        _end_session,
        login_refused=False,
        meanwhile_refused=False,
    ),
    Reason("refresh token reused", reuse, login_refused=False, meanwhile_refused=False),
    Reason(
        "roles of the member changed",
        change_roles,
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
LIFTS: dict[Callable[[World], None], Callable[[World], Any]] = {
    _disable: lambda world: accounts.enable_user(world.user, acting_user=SUPERUSER),
    _leave: lambda world: accounts.enable_user(world.user, acting_user=SUPERUSER),
    _suspend_tenant: lambda world: tenants.resume_tenant(
        world.application.tenant, acting_user=SUPERUSER
    ),
    _suspend_application: lambda world: applications.resume_application(
        world.application, acting_user=SUPERUSER
    ),
    _suspend_membership: lambda world: memberships.resume_membership(
        world.membership, acting_user=SUPERUSER
    ),
}
# who has just signed up is no member yet
NEWCOMER = {
    *(_disable, _delete, _leave, _erase, _suspend_tenant, _suspend_application),
    *(_change_password, _reset_password, _undo_address_change),
    *(_reset_factors, _sign_out_everywhere, _revoke_key),
}
