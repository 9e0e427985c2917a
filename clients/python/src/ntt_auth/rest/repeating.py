"""Whether a call is sent again, and when."""

import random

from ntt_auth._http import NeverSent, Unreachable
from ntt_auth.errors import ApiError, AuthError
from ntt_auth.rest.answers import Redirected

BASE = 0.5  # seconds, doubled with every attempt
MOST = 8.0
LONGEST_WAIT = 60.0  # whoever is asked to wait longer is told so instead
_PASSING = (429, 502, 503, 504)


def delay(
    error: AuthError,
    attempt: int,
    repeatable: bool,
) -> float | None:
    """Return after how many seconds to send again, or None for never.

    `attempt` counts from 0. What does no harm twice is repeated where the fault may
    pass; the rest only where the server did nothing: it said so by 429 or 503 with
    Retry-After, or was never reached. Full jitter, so that nobody comes in step.
    """
    after = error.retry_after
    if isinstance(error, Redirected) or (after or 0.0) > LONGEST_WAIT:
        return None
    if not (_may_pass(error) if repeatable else _did_nothing(error)):
        return None
    jitter = random.uniform(0, min(MOST, BASE * 2.0**attempt))
    return jitter if after is None else after + jitter / 4


def _may_pass(error: AuthError) -> bool:
    if isinstance(error, ApiError):
        # the first of two with one Idempotency-Key is still being served
        return error.status in _PASSING or error.code == "request_in_progress"
    return isinstance(error.__cause__, Unreachable)


def _did_nothing(error: AuthError) -> bool:
    if isinstance(error, ApiError):
        return error.status in (429, 503) and error.retry_after is not None
    return isinstance(error.__cause__, NeverSent)
