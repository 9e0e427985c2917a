"""What a client may learn of a token (RFC 7662).

Of its own, and of access tokens for the APIs of its tenant. Of everything else it learns
one thing, always in the same words: that it is not active.
"""

from typing import Any
from uuid import UUID

from config.errors import NotAuthenticated
from tenants.models import Api, Application
from tokens import keyring, standing, verification
from tokens.errors import TokenInvalid
from tokens.jwts import RefreshToken

REFRESH = "refresh_token"
_TOLD = (
    *("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"),
    *("sid", "tenant", "roles", "permissions", "auth_time", "amr", "acr"),
)


def introspect(
    token: str,
    application: Application,
) -> dict[str, Any]:
    """Return the introspection response for an authenticated client (section 2.2).

    It tells what the token says, and nothing of a person besides: no `username`. The
    `token_type` is "Bearer", or "refresh_token", which opens no API.
    """
    try:
        return _access(token, application)
    except TokenInvalid:
        pass
    except NotAuthenticated:
        return _inactive()
    try:
        return _refresh(token, application)
    except NotAuthenticated:
        return _inactive()


def _inactive() -> dict[str, Any]:
    return {"active": False}


def _access(
    token: str,
    application: Application,
) -> dict[str, Any]:
    claims = verification.verify(token, audience=None).claims
    if claims["client_id"] != application.client_id and not _serves(
        application, claims["aud"]
    ):
        return _inactive()
    return {"active": True, "token_type": "Bearer", **_told(claims)}


def _serves(
    application: Application,
    audience: Any,
) -> bool:
    """Tell whether an audience is an API of the client's own tenant."""
    if not isinstance(audience, str):
        return False
    own = Api.objects.filter(tenant_id=application.tenant_id)
    return own.filter(identifier=audience).exists()


def _refresh(
    token: str,
    application: Application,
) -> dict[str, Any]:
    """Return what a refresh token says that could be exchanged now; exchanges nothing.

    Raises `TokenInvalid`, `TokenExpired`, `TokenRevoked`.
    """
    claims, kid = RefreshToken.read(token, ring=keyring.recent())
    if claims["client_id"] != application.client_id:
        return _inactive()
    present = standing.read(UUID(claims["sid"]))
    present.require_in_force()
    known = keyring.at(present.state).verifying
    if kid not in known or claims["gen"] != present.generation:
        return _inactive()
    told = {"scope": present.target.scope, **_told(claims)}
    return {"active": True, "token_type": REFRESH, **told}


def _told(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: claims[name] for name in _TOLD if name in claims}
