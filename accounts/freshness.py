"""Whether a proof of who somebody is is fresh enough (RFC 9470, "step-up").

One mechanism for every door: what is asked is the age of `auth_time`, in seconds, and
whether `amr` holds a second factor. Both are claims of the token, or of the browser's login.
"""

import time
from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from accounts.errors import InsufficientUserAuthentication
from accounts.flows import second_factor

AAL2 = "aal2"
_SKEW_SECONDS = 5


def require_recent(auth_time: float) -> None:
    """Raise `InsufficientUserAuthentication` unless proven within STEP_UP_SECONDS.

    `auth_time` is in Unix seconds. For every sensitive change to one's own account.
    """
    _require(auth_time, settings.STEP_UP_SECONDS)


def require_own(bound_to: UUID | None) -> None:
    """Raise `InsufficientUserAuthentication` where only a tenant's provider vouched.

    Whoever runs it could else change the account of everybody who ever came that way.
    """
    if bound_to is not None:
        raise InsufficientUserAuthentication(
            "This needs a proof of the account's own, such as its password.",
            extra={"max_age": settings.STEP_UP_SECONDS},
        )


def require_all_factors(
    user_id: UUID,
    amr: Collection[str],
) -> None:
    """Raise `InsufficientUserAuthentication` if a person has a factor that `amr` lacks.

    `amr` is the login's as it is now. A login from before the first factor is recent for a
    while, and must not take that factor away.
    """
    if "mfa" not in amr and second_factor.has_one(user_id):
        raise InsufficientUserAuthentication(
            "This needs your second factor.",
            extra={"max_age": settings.STEP_UP_SECONDS, "acr_values": AAL2},
        )


def require_factor(
    auth_time: float,
    amr: Collection[str],
) -> None:
    """Raise `InsufficientUserAuthentication` unless a second factor was shown lately.

    Within MFA_FRESH_HOURS; for management, over REST and in the console.
    """
    seconds = settings.MFA_FRESH_HOURS * 3600
    if "mfa" not in amr:
        raise InsufficientUserAuthentication(
            "This needs a sign-in with a second factor.",
            extra={"max_age": seconds, "acr_values": AAL2},
        )
    _require(auth_time, seconds)


def _require(
    auth_time: float,
    seconds: int,
) -> None:
    if time.time() - auth_time > seconds + _SKEW_SECONDS:
        raise InsufficientUserAuthentication(
            f"This needs a proof of who you are from the last {seconds} seconds.",
            extra={"max_age": seconds},
        )
