"""What the adapters of all frameworks share: the header, the order of checks, OpenAPI."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from ntt_auth.bearer import token_of
from ntt_auth.errors import TokenInvalid, TokenMissing
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement
from ntt_auth.verifier import AsyncVerifier, Verifier

# Longer than any token of the server; proxies stop at 8 or 16 KiB as well.
MAX_HEADER_LENGTH = 16_384


class Verifying(Protocol):
    """What `ntt_auth.Verifier` is to Flask and Django."""

    @property
    def issuer(self) -> str: ...  # noqa: D102

    @property
    def audience(self) -> str: ...  # noqa: D102

    def verify(self, token: str, /) -> Principal: ...  # noqa: D102

    def warm(self) -> None: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class AsyncVerifying(Protocol):
    """What `ntt_auth.AsyncVerifier` is to FastAPI and Starlette."""

    @property
    def issuer(self) -> str: ...  # noqa: D102

    @property
    def audience(self) -> str: ...  # noqa: D102

    def verify(self, token: str, /) -> Awaitable[Principal]: ...  # noqa: D102

    def warm(self) -> Awaitable[None]: ...  # noqa: D102

    def close(self) -> Awaitable[None]: ...  # noqa: D102


def verifier(
    issuer: str | None,
    audience: str | None,
    options: dict[str, Any],
) -> Verifying:
    """Return a `Verifier` with these options."""
    return Verifier(issuer, audience, **options)


def async_verifier(
    issuer: str | None,
    audience: str | None,
    options: dict[str, Any],
) -> AsyncVerifying:
    """Return an `AsyncVerifier` with these options."""
    return AsyncVerifier(issuer, audience, **options)


def token_in(headers: Sequence[str | bytes]) -> str:
    """Return the token of all `Authorization` headers of a request.

    Raises `TokenMissing` and `TokenInvalid`. Two headers are refused: a proxy and the
    application could each believe another one (RFC 9110 section 5.3).
    """
    if not headers:
        raise TokenMissing
    if len(headers) > 1:
        raise TokenInvalid("Expected one Authorization header, got several.")
    header = headers[0]
    if len(header) > MAX_HEADER_LENGTH:
        raise TokenInvalid("The Authorization header is too long.")
    return token_of(header.decode("latin-1") if isinstance(header, bytes) else header)


def token_or_none(headers: Sequence[str | bytes]) -> str | None:
    """Return the token, or None where the caller sent none; a bad header still raises."""
    try:
        return token_in(headers)
    except TokenMissing:
        return None


def check(
    principal: Principal | None,
    requirement: Requirement,
) -> Principal:
    """Return the principal if there is one and it meets this, or raise a `Refused`."""
    if principal is None:
        raise TokenMissing
    requirement.check(principal)
    return principal


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}

_DESCRIBED = {
    "401": "No good access token, or the sign-in behind it is too weak or too old.",
    "403": "The access token is good, and not for this.",
    "503": "It cannot be told at the moment: try again after `Retry-After` seconds.",
}


def problem_responses() -> dict[str, dict[str, Any]]:
    """Return the OpenAPI responses that every protected operation may answer with."""
    content = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
    return {
        status: {"description": text, "content": content}
        for status, text in _DESCRIBED.items()
    }
