"""The closed tree of refusals that services raise and every door translates.

The API turns one into RFC 9457 `application/problem+json` (`config/problems.py`), a
command into one line and exit code 1, an admin action into a message. `code` is stable:
SDKs generate their error types from it. Apps add leaves in their own `errors.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One fault in a request body.

    `pointer` is an RFC 6901 JSON pointer into the body, such as `#/email`.
    """

    pointer: str
    code: str
    detail: str


class ServiceError(Exception):
    """A refusal with an HTTP status, a stable code and a sentence for people.

    `detail` says what was expected against what came; it never holds a secret.
    `retry_after` is in seconds; `extra` adds members to the problem document.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be carried out."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extra = extra or {}
        super().__init__(self.detail)

    @property
    def minutes(self) -> int | None:
        """How long to wait, in whole minutes and at least one; None where it is unknown."""
        return None if self.retry_after is None else max(1, -(-self.retry_after // 60))


class InvalidInput(ServiceError):
    """A value in the request is not acceptable; `errors` points at each."""

    code = "invalid_input"
    title = "Some values in the request are not acceptable."

    @classmethod
    def at(
        cls,
        field: str,
        *,
        detail: str,
        code: str = "invalid",
    ) -> "InvalidInput":
        """Return the refusal of one top-level body field."""
        return cls(detail, errors=[FieldError(f"#/{field}", code, detail)])


class NotAuthenticated(ServiceError):
    """Nobody is signed in, or the proof given does not stand."""

    status = 401
    code = "not_authenticated"
    title = "Authentication is required."


class Forbidden(ServiceError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "You may not do this."


class NotFound(ServiceError):
    """The thing does not exist, or the caller may not know that it does."""

    status = 404
    code = "not_found"
    title = "There is no such thing."


class Conflict(ServiceError):
    """The request does not fit the present state."""

    status = 409
    code = "conflict"
    title = "The request conflicts with the present state."


class TooManyRequests(ServiceError):
    """A limit is reached; `retry_after` tells when to come back, in seconds."""

    status = 429
    code = "rate_limited"
    title = "Too many requests."


class Unavailable(ServiceError):
    """The service is overloaded or a part of it is down; try again later."""

    status = 503
    code = "unavailable"
    title = "The service cannot answer right now."
