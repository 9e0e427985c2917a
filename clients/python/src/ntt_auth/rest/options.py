"""What a client is told."""

import weakref
from dataclasses import dataclass, field, replace
from typing import Any

from ntt_auth import settings
from ntt_auth.errors import ConfigurationError
from ntt_auth.rest.paths import issuer_of
from ntt_auth.rest.sources import AsyncTokenSource, Service

CLIENTS: "weakref.WeakSet[Any]" = weakref.WeakSet()  # for test kits


@dataclass(frozen=True)
class Options:
    """A client's settings, checked. `public_id` is an application without a secret.

    `token` is a source as the client takes it: `TokenSource` or `AsyncTokenSource`.
    """

    issuer: str
    service: Service | None = None
    token: Any = field(default=None, repr=False)
    public_id: str | None = None
    audience: str | None = None
    timeout: float = 10.0
    retries: int = 3


def checked(
    issuer: str | None,
    client_id: str | None,
    client_secret: str | None,
    token: AsyncTokenSource | None,
    *,
    scope: str = "manage",
    audience: str | None = None,
    timeout: float = 10.0,
    retries: int = 3,
) -> Options:
    """Return the options; raises `ConfigurationError` for those that do not fit."""
    if client_secret is not None and token is not None:
        raise ConfigurationError("Expected token or client_secret, got both.")
    if client_secret is not None and not client_id:
        raise ConfigurationError("Expected client_id beside client_secret.")
    if not 0 < timeout <= 600:
        raise ConfigurationError("timeout must be above 0, at most 600 seconds.")
    if not (isinstance(retries, int) and 0 <= retries <= 10):
        raise ConfigurationError("retries must be a whole number from 0 to 10.")
    is_service = bool(client_id and client_secret)
    return Options(
        issuer=issuer_of(issuer),
        service=Service(client_id, client_secret, scope) if is_service else None,  # type: ignore[arg-type]
        token=token,
        public_id=None if is_service else client_id,
        audience=audience,
        timeout=timeout,
        retries=retries,
    )


def of_environment(
    client_id: str | None,
    client_secret: str | None,
) -> tuple[str, str]:
    """Return what is given, or `NTT_AUTH_CLIENT_ID` and `NTT_AUTH_CLIENT_SECRET`.

    Raises `ConfigurationError`, which names the variable.
    """
    return (
        settings.required(client_id, settings.CLIENT_ID),
        settings.required(client_secret, settings.CLIENT_SECRET),
    )


def with_token(
    options: Options,
    token: AsyncTokenSource,
) -> Options:
    """Return the options of the same client with a person's token."""
    return replace(options, service=None, token=token)
