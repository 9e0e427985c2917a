"""Verify tokens of the NTT Authentication Server offline, and manage it.

What stands here is public; modules whose name begins with an underscore are not. The
verifiers are imported when they are first asked for: `cryptography` is slow to load, and
pytest imports this package in every suite of an environment that has it.
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

if TYPE_CHECKING:
    from ntt_auth.verifier import AsyncVerifier, Status, Verifier

__all__ = [
    "ApiError",
    "AsyncVerifier",
    "AuthError",
    "BadRequest",
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
    "Principal",
    "RateLimited",
    "Refused",
    "Requirement",
    "RevocationsUnavailable",
    "ServerFault",
    "ServerUnavailable",
    "Status",
    "TokenExpired",
    "TokenInvalid",
    "TokenMissing",
    "TokenRevoked",
    "Unauthenticated",
    "Unavailable",
    "Verifier",
    "WebhookInvalid",
]

_LATER = {
    "AsyncVerifier": "ntt_auth.verifier",
    "Status": "ntt_auth.verifier",
    "Verifier": "ntt_auth.verifier",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
