"""How a refusal is answered over HTTP, the same for every framework.

RFC 6750 section 3 (`WWW-Authenticate`), RFC 9470 section 3 (step-up), RFC 9457
(`application/problem+json`).
"""

from dataclasses import dataclass
from typing import Any

from ntt_auth.errors import (
    AuthError,
    Forbidden,
    InsufficientAuthentication,
    InsufficientScope,
    Refused,
    TokenMissing,
    Unavailable,
)

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What a framework sends: `body` is the problem document, as JSON to be."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def answer(error: Refused | Unavailable) -> Answer:
    """Return the whole answer to a refusal."""
    headers = {"Cache-Control": "no-store"}
    challenge = _challenge(error)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    body = {
        "type": f"urn:ntt-auth:problem:{error.code.replace('_', '-')}",
        "title": error.title,
        "status": error.status,
        "detail": error.reason,
        "code": error.code,
    }
    return Answer(error.status, headers, body)


def _challenge(error: AuthError) -> str:
    if isinstance(error, TokenMissing):
        return "Bearer"  # says nothing of errors: RFC 6750 section 3.1, last paragraph
    named: dict[str, str] = {}
    if isinstance(error, InsufficientAuthentication):
        named["error"] = error.code
        if error.acr:
            named["acr_values"] = error.acr
        if error.max_age is not None:
            named["max_age"] = str(error.max_age)
    elif isinstance(error, InsufficientScope):
        named = {"error": error.code, "scope": " ".join(error.missing)}
    elif isinstance(error, Refused) and not isinstance(error, Forbidden):
        named = {"error": "invalid_token", "error_description": _plain(error.reason)}
    parts = ", ".join(f'{name}="{_plain(value)}"' for name, value in named.items())
    return f"Bearer {parts}" if parts else ""


def _plain(text: str) -> str:
    """Return only what may stand in a quoted value (RFC 6750 section 3)."""
    return "".join(
        char if " " <= char <= "~" and char not in '"\\' else "'" for char in text
    )
