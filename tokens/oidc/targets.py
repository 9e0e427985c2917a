"""For which audience and scope a client asks, and what of it it may have."""

from dataclasses import replace

from django.conf import settings

from config.errors import InvalidInput
from tenants import admission
from tenants.admission import OIDC_SCOPES, Target
from tenants.models import Application
from tenants.permissions import MANAGE
from tokens.standing import Standing

REFRESH = "refresh_token"


def asked_for(
    application: Application,
    *,
    scope: str,
    resource: str,
) -> Target:
    """Return what a person is asked to let a client have.

    `resource` "" takes the client's first API (RFC 8707 section 2); without one the token
    is for UserInfo, or for the identity API where a first-party client asks for its scopes.
    Scopes that the client may not have are left out, as the answer then says (RFC 6749
    section 3.3); asked for none, it is given those of its API. Raises `InvalidInput`.
    """
    own = _audience(application, resource)
    wanted = scope.split()
    offered = [*_standard(application), *own.scope.split()]
    held = [s for s in offered if s in wanted] if wanted else own.scope.split()
    if wanted and not held:
        raise InvalidInput.at(
            "scope",
            code="invalid_scope",
            detail="This client may have none of these scopes.",
        )
    granted = " ".join(held)
    if own.api_id is None:
        return Target(None, admission.without_api(granted, "oauth"), granted)
    return replace(own, scope=granted)


def _standard(application: Application) -> list[str]:
    may_refresh = REFRESH in application.grants
    return [s for s in OIDC_SCOPES if may_refresh or s != "offline_access"]


def _audience(
    application: Application,
    resource: str,
) -> Target:
    if resource == settings.USER_INFO:
        return Target(None, settings.USER_INFO, "")
    try:
        return admission.target_of(application, resource or None)
    except InvalidInput:
        if resource:
            raise
        return Target(None, settings.USER_INFO, "")


def narrowed(
    application: Application,
    present: Standing,
    *,
    scope: str,
    resource: str,
) -> Target | None:
    """Return what a refresh asks for; None for what its session has (RFC 6749 section 6).

    Another audience comes with the scopes that the client may have there. Raises
    `InvalidInput`.
    """
    if not scope and not resource:
        return None
    own = present.target
    if resource and resource != own.audience:
        other = _audience(application, resource)
        standard = [s for s in own.scope.split() if s in OIDC_SCOPES]
        held = [*standard, *other.scope.split()]
        own = replace(other, scope=" ".join(held))
    wanted = scope.split()
    if set(wanted) - set(own.scope.split()):
        raise InvalidInput.at(
            "scope", code="invalid_scope", detail="The scope goes beyond the grant."
        )
    kept = [s for s in own.scope.split() if not wanted or s in wanted]
    return replace(own, scope=" ".join(kept))


def of_service(
    application: Application,
    *,
    scope: str,
    resource: str,
) -> Target:
    """Return what an application asks for itself; raises `InvalidInput`.

    Nobody is asked, so a scope that it may not have is refused. It has no identity. Who
    asks for `manage` and names no resource means the identity API.
    """
    wanted = scope.split()
    if not resource and MANAGE in wanted and application.may_manage:
        resource = settings.IDENTITY_API
    own = admission.service_target(application, resource or None)
    allowed = own.scope.split()
    if set(wanted) - set(allowed):
        raise InvalidInput.at(
            "scope", code="invalid_scope", detail="The client may not have this scope."
        )
    kept = [s for s in allowed if not wanted or s in wanted]
    return replace(own, scope=" ".join(kept))
