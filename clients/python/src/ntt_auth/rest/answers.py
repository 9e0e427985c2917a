"""What an answer says: its JSON, or the error that a refusal is."""

import json
import math
import time
from email.utils import parsedate_to_datetime
from typing import Any

from ntt_auth._http import Response
from ntt_auth.errors import (
    ApiError,
    AuthError,
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    RateLimited,
    ServerFault,
    ServerUnavailable,
    Unauthenticated,
)

_KINDS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    413: BadRequest,
    415: BadRequest,
    422: BadRequest,
    429: RateLimited,
}


class Redirected(ServerUnavailable):
    """A redirect is never followed: the token would go along."""

    title = "Expected an answer, got a redirect."
    action = "Check the issuer's address."


def read(response: Response) -> Any:
    """Return the JSON of an answer, None for an empty one.

    Raises `ApiError`, or `ServerUnavailable` for a redirect.
    """
    if 300 <= response.status < 400:
        raise Redirected(request_id=_request_id(response))
    if not 200 <= response.status < 300:
        raise refusal(response)
    if not response.body:
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise fault("Expected JSON, got something else.", response) from None


def fault(
    reason: str,
    response: Response,
) -> ServerFault:
    """Return the error for an answer that cannot be."""
    return ServerFault(reason, status=502, request_id=_request_id(response))


def refusal(response: Response) -> ApiError:
    """Return the error of a problem document (RFC 9457) or of OAuth (RFC 6749 5.2)."""
    problem = _problem(response.body)

    def said(name: str) -> str:
        value = problem.get(name)
        return value if isinstance(value, str) else ""

    status = response.status
    kind = ServerFault if status >= 500 else _KINDS.get(status, ApiError)
    reason = said("detail") or said("error_description") or said("title")
    return kind(
        reason or f"The answer was {status}.",
        status=status,
        code=said("code") or said("error"),
        request_id=_request_id(response) or said("request_id"),
        retry_after=retry_after(response),
        problem=problem,
    )


def _problem(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}  # a proxy's page: the status is all there is
    return found if isinstance(found, dict) else {}


def retry_after(response: Response) -> float | None:
    """Return the seconds of a Retry-After: a number or a date (RFC 9110 10.2.3)."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        seconds = parsedate_to_datetime(said).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _request_id(response: Response) -> str:
    return response.headers.get("x-request-id", "")[:64]


def is_stale(error: AuthError) -> bool:
    """Tell whether another access token may help."""
    return isinstance(error, Unauthenticated) and error.code.startswith("token_")
