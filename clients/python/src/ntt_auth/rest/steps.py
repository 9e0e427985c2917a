"""Sign-ins that are not at their end yet."""

from dataclasses import dataclass, field
from typing import Any

from ntt_auth.errors import Unauthenticated

_CODES = {
    "email_verification_required": "verify-email",
    "mfa_required": "mfa",
    "mfa_enrollment_required": "mfa-enrollment",
}


@dataclass(frozen=True)
class StepRequired:
    """A sign-in that goes on with one of `methods`, by its `flow_token` (15 minutes).

    `kind` says by what: "verify-email" by `auth.verify_email`, "mfa" by `auth.mfa`,
    "mfa-enrollment" by `auth.enrollment`.
    """

    kind: str
    flow_token: str = field(repr=False)
    methods: tuple[str, ...] = ()


def pending(
    answer: Any,
    kind: str = "verify-email",
) -> StepRequired:
    """Return the step of an answer that has a `flow_token`."""
    methods = answer.get("methods")
    listed = methods if isinstance(methods, list) else []
    return StepRequired(kind, str(answer["flow_token"]), tuple(map(str, listed)))


def step_of(error: Unauthenticated) -> StepRequired:
    """Return the step that a 401 is; raises it again where it is the end."""
    kind = _CODES.get(error.code)
    if kind is None or not isinstance(error.problem.get("flow_token"), str):
        raise error
    return pending(error.problem, kind)
