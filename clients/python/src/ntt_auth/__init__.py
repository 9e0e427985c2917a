"""Verify tokens of the NTT Authentication Server offline, and manage it.

What stands here is public; modules whose name begins with an underscore are not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ntt_auth.errors import (
    ApiError,
    AuthError,
    BadRequest,
    ConfigurationError,
    Conflict,
    FieldFault,
    Forbidden,
    InsufficientAuthentication,
    InsufficientScope,
    KeysUnavailable,
    MissingPermission,
    MissingRole,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    RevocationsUnavailable,
    ServerFault,
    ServerUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenRevoked,
    Unauthenticated,
    Unavailable,
    WebhookInvalid,
)
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement
from ntt_auth.verifier import AsyncVerifier, Status, Verifier

if TYPE_CHECKING:
    from ntt_auth._async.client import AsyncClient
    from ntt_auth._sync.client import Client
    from ntt_auth.rest.pages import Page
    from ntt_auth.rest.steps import StepRequired

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncVerifier",
    "AuthError",
    "BadRequest",
    "Client",
    "ConfigurationError",
    "Conflict",
    "FieldFault",
    "Forbidden",
    "InsufficientAuthentication",
    "InsufficientScope",
    "KeysUnavailable",
    "MissingPermission",
    "MissingRole",
    "NotAllowed",
    "NotFound",
    "Page",
    "Principal",
    "RateLimited",
    "Refused",
    "Requirement",
    "RevocationsUnavailable",
    "ServerFault",
    "ServerUnavailable",
    "Status",
    "StepRequired",
    "TokenExpired",
    "TokenInvalid",
    "TokenMissing",
    "TokenRevoked",
    "Unauthenticated",
    "Unavailable",
    "Verifier",
    "WebhookInvalid",
]

# Whoever only verifies does not wait for the REST client.
_LATER = {
    "AsyncClient": "ntt_auth._async.client",
    "Client": "ntt_auth._sync.client",
    "Page": "ntt_auth.rest.pages",
    "StepRequired": "ntt_auth.rest.steps",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
