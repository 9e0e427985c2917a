"""Verify tokens of the NTT Authentication Server offline, and manage it.

What stands here is public; modules whose name begins with an underscore are not. Each
is imported when it is first asked for: pytest imports this package in every suite of an
environment that has it, and `cryptography` is slow to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ntt_auth._async.client import AsyncClient
    from ntt_auth._sync.client import Client
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
    from ntt_auth.rest.pages import Page
    from ntt_auth.rest.steps import StepRequired
    from ntt_auth.verifier import AsyncVerifier, Status, Verifier

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
# Nobody who wants the client waits for `cryptography`, and the other way round.
_CLIENT = {
    "AsyncClient": "_async.client",
    "Client": "_sync.client",
    "Page": "rest.pages",
    "StepRequired": "rest.steps",
}
_MODULES = (
    "errors",
    "principals",
    "requirements",
    "drivers.base",
    "drivers.threads",
    "drivers.tasks",  # the last: it loads asyncio
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in [_CLIENT[name]] if name in _CLIENT else _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
