"""Who may sign in to which application, and for which audience (design section 5).

Read by everything that mints. Answers only; the mint enforces the epochs.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from config.errors import Forbidden, InvalidInput
from tenants.models import BUILT_IN, Api, Application, Membership, Tenant
from tenants.permissions import MANAGE
from tenants.services import lean
from tenants.services.memberships import join_open_tenant
from tenants.validation import OIDC_SCOPES as OIDC_SCOPES

IDENTITY_SCOPES = ("account", MANAGE)


class RestLoginNotAllowed(Forbidden):
    """The REST door serves only public first-party applications."""

    code = "rest_login_not_allowed"
    title = "This application may not sign people in over REST."


class ApplicationSuspended(Forbidden):
    """The application, or its tenant, is suspended by an operator."""

    code = "application_suspended"
    title = "This application is suspended."


class NotAMember(Forbidden):
    """The person is known and does not belong to the application's tenant."""

    code = "not_a_member"
    title = "You are not a member of this application's tenant."


class RegistrationClosed(Forbidden):
    """The tenant does not let people sign up."""

    code = "registration_closed"
    title = "This application does not accept registrations."


@dataclass(frozen=True)
class Target:
    """What a token is for. Without `api_id` that is the identity API, or UserInfo.

    `is_shared` is true for another tenant's API: it gets no permissions of this one.
    """

    api_id: UUID | None
    audience: str
    scope: str
    is_shared: bool = False


def application_for(client_id: str | None) -> Application:
    """Return the application of a `client_id` (None: the built-in), with its tenant."""
    found = Application.objects.select_related("tenant").filter(
        client_id=BUILT_IN if client_id is None else client_id
    )
    application = found.first()
    if application is None:
        raise InvalidInput.at(
            "client_id", code="unknown_client", detail="No application has this id."
        )
    return application


def admit_rest(application: Application) -> None:
    """Refuse an application that may not use the REST door, or is suspended."""
    if application.is_confidential or not application.is_first_party:
        raise RestLoginNotAllowed
    if application.suspended_at or application.tenant.suspended_at:
        raise ApplicationSuspended


def admit_registration(application: Application) -> None:
    """Refuse sign-up where the tenant is not open."""
    if application.tenant.registration != Tenant.Registration.OPEN:
        raise RegistrationClosed


def target_of(
    application: Application,
    audience: str | None,
) -> Target:
    """Return what a token of this application is for; None takes its default.

    Raises `InvalidInput` (`invalid_target`, RFC 8707 section 2) for an audience that it
    may not ask for.
    """
    if audience == settings.IDENTITY_API:
        if application.is_first_party:
            return identity_target(application)
    else:
        apis = lean.apis_of(application)
        if audience is None and not apis and application.is_first_party:
            return identity_target(application)
        for api in apis:
            if audience is None or api.identifier == audience:
                scope = scope_of(application, api)
                is_shared = api.tenant_id != application.tenant_id
                return Target(api.id, api.identifier, scope, is_shared)
    raise _invalid_target()


def service_target(
    application: Application,
    audience: str | None,
) -> Target:
    """Return what a token of the application itself is for; None takes its default.

    The identity API only where it manages: a service has no account. Raises as
    `target_of`.
    """
    if application.may_manage and audience == settings.IDENTITY_API:
        return Target(None, settings.IDENTITY_API, MANAGE)
    target = target_of(application, audience)
    if target.api_id is not None:
        return target
    if application.may_manage:
        return Target(None, settings.IDENTITY_API, MANAGE)
    raise _invalid_target()


def _invalid_target() -> InvalidInput:
    return InvalidInput.at(
        "audience",
        code="invalid_target",
        detail="This application may not ask for tokens for this audience.",
    )


def identity_target(application: Application) -> Target:
    """Return our own API as the target of a first-party application."""
    allowed = [name for name in IDENTITY_SCOPES if name in application.scopes]
    return Target(None, settings.IDENTITY_API, " ".join(allowed or ["account"]))


def without_api(
    scope: str,
    door: str,
) -> str:
    """Return the audience of a session that has no API.

    One of the OAuth door that holds no scope of the identity API is good for UserInfo.
    """
    if door == "oauth" and not set(scope.split()) & set(IDENTITY_SCOPES):
        return str(settings.USER_INFO)
    return str(settings.IDENTITY_API)


def scope_of(
    application: Application,
    api: Api,
) -> str:
    """Return the scopes of an API that the application may hold, in the API's order.

    What OpenID Connect names is about people: no API's, also where one is older than that.
    """
    own = [name for name in api.scope_names if name not in OIDC_SCOPES]
    return " ".join(name for name in own if name in application.scopes)


def join(
    application: Application,
    user_id: UUID,
) -> Membership | None:
    """Return the standing membership that admits a user, made now in an open tenant.

    None for the built-in application, which admits every active user without one.
    Called inside the mint's transaction. Raises `NotAMember`.
    """
    mine = Membership.objects.filter(tenant_id=application.tenant_id, user_id=user_id)
    membership = mine.first()
    if membership is None:
        if application.is_built_in:
            return None
        if application.tenant.registration != Tenant.Registration.OPEN:
            raise NotAMember
        membership = join_open_tenant(user_id=user_id, tenant=application.tenant)
    if not membership.is_active and not application.is_built_in:
        raise NotAMember
    return membership


def require_welcome(
    application: Application,
    user_id: UUID,
) -> None:
    """Refuse somebody whom `admit` would, and make nobody a member.

    An open tenant learns who somebody is when they agree to that, not when a link of its
    own opens. Raises `ApplicationSuspended`, `NotAMember`.
    """
    if application.suspended_at or application.tenant.suspended_at:
        raise ApplicationSuspended
    if application.is_built_in:
        return
    mine = Membership.objects.filter(tenant_id=application.tenant_id, user_id=user_id)
    membership = mine.first()
    is_open = application.tenant.registration == Tenant.Registration.OPEN
    if not (membership.is_active if membership else is_open):
        raise NotAMember


def admit(
    application: Application,
    user_id: UUID,
) -> None:
    """Let somebody who is signed in go on to an application, or refuse.

    Raises `ApplicationSuspended`, `NotAMember`.
    """
    require_welcome(application, user_id)
    with transaction.atomic():
        join(application, user_id)


def second_factor_required(
    application: Application,
    user_id: UUID,
) -> bool:
    """Tell whether a user signs in to `application` with a second factor only.

    The tenant's flag, or a flagged role of their standing membership; for the built-in
    application the tenant's flag alone.
    """
    if application.tenant.mfa_required or application.is_built_in:
        return application.tenant.mfa_required
    mine = Membership.objects.active().filter(user_id=user_id)
    here = mine.filter(tenant_id=application.tenant_id)
    return here.filter(roles__mfa_required=True).exists()
