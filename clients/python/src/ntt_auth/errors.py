"""What can go wrong, as one small tree with stable codes.

Every error says in `reason` what happened (expected against got), and in `action` what
whoever reads it can do. None of them carries a token, a secret or a code.

    AuthError
      ConfigurationError        this process is set up wrongly
      Refused                   the caller may not: an answer for them
        TokenMissing 401, TokenInvalid 401, TokenExpired 401, TokenRevoked 401
        InsufficientAuthentication 401 (RFC 9470)
        Forbidden 403: InsufficientScope, MissingRole, MissingPermission
      Unavailable 503           nobody can tell at the moment: try again
        KeysUnavailable, RevocationsUnavailable, ServerUnavailable
      ApiError                  what the authentication server answered (RFC 9457)
        BadRequest 400 and 422, Unauthenticated 401, NotAllowed 403, NotFound 404,
        Conflict 409, RateLimited 429, ServerFault 5xx
      WebhookInvalid            a webhook that is not genuine
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class AuthError(Exception):
    """Anything that this package raises."""

    code: str = "auth_error"
    title: ClassVar[str] = "Something went wrong."
    status: int = 500
    action: str = ""

    def __init__(
        self,
        reason: str = "",
        *,
        action: str = "",
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.reason = reason or self.title
        self.action = action or type(self).action
        self.code = code or type(self).code
        self.request_id = request_id
        self.retry_after = retry_after
        super().__init__(self.reason)

    def __str__(self) -> str:
        """Return reason and action; the code stands first, to look it up."""
        parts = [f"{self.code}: {self.reason}", self.action]
        if self.request_id:
            parts.append(f"(request {self.request_id})")
        return " ".join(part for part in parts if part)


class ConfigurationError(AuthError):
    """This process is set up wrongly."""

    code = "configuration"
    title = "The authentication is not set up."


class Refused(AuthError):
    """The caller may not. `status` and `code` are what they are answered."""

    status = 401


class TokenMissing(Refused):
    """There is no access token at all."""

    code = "token_missing"
    title = "There is no access token."
    action = "Send 'Authorization: Bearer' with an access token."


class TokenInvalid(Refused):
    """It is no access token of the issuer for this audience."""

    code = "token_invalid"
    title = "The access token is not valid."
    action = "Get a new access token for this audience."


class TokenExpired(TokenInvalid):
    """It was good once."""

    code = "token_expired"
    title = "The access token has expired."
    action = "Refresh it."


class TokenRevoked(TokenInvalid):
    """Its session, person, application, tenant or key has ended."""

    code = "token_revoked"
    title = "The access token was revoked."
    action = "Refresh it; where that fails, sign in again."


class InsufficientAuthentication(Refused):
    """The sign-in is too weak or too long ago (RFC 9470 section 3)."""

    code = "insufficient_user_authentication"
    title = "A stronger or newer sign-in is needed."
    action = "Send the person to sign in again with these acr_values and max_age."

    def __init__(
        self,
        reason: str = "",
        *,
        acr: str = "",
        max_age: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.acr = acr
        self.max_age = max_age


class Forbidden(Refused):
    """The token is good, and not for this."""

    status = 403
    code = "forbidden"
    title = "This is not allowed."

    def __init__(
        self,
        reason: str = "",
        *,
        missing: Sequence[str] = (),
    ) -> None:
        super().__init__(reason)
        self.missing = tuple(missing)


class InsufficientScope(Forbidden):
    """A scope is missing (RFC 6750 section 3.1)."""

    code = "insufficient_scope"
    title = "The access token lacks a scope."
    action = "Ask for a token with it."


class MissingRole(Forbidden):
    """The person lacks a role in the tenant."""

    code = "missing_role"
    title = "A role is missing."
    action = "Whoever runs the tenant can give it."


class MissingPermission(Forbidden):
    """The person's roles do not carry a permission."""

    code = "missing_permission"
    title = "A permission is missing."
    action = "Whoever runs the tenant can give a role that carries it."


class Unavailable(AuthError):
    """Nobody can tell at the moment. `retry_after` is in seconds."""

    status = 503
    code = "unavailable"
    title = "This cannot be answered at the moment."
    action = "Try again shortly."


class KeysUnavailable(Unavailable):
    """There are no keys to verify with."""

    code = "keys_unavailable"
    title = "The issuer's keys cannot be read."


class RevocationsUnavailable(Unavailable):
    """The revocation feed is too old for `revocation="strict"`."""

    code = "revocations_unavailable"
    title = "The revocations cannot be read."


class ServerUnavailable(Unavailable):
    """The authentication server did not answer, or not in time."""

    code = "server_unavailable"
    title = "The authentication server does not answer."


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a request; `pointer` is RFC 6901."""

    pointer: str
    code: str
    detail: str


class ApiError(AuthError):
    """What the authentication server answered, instead of what was asked for."""

    code = "api_error"
    title = "The authentication server refused."

    def __init__(
        self,
        reason: str = "",
        *,
        status: int = 500,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            reason, code=code, request_id=request_id, retry_after=retry_after
        )
        self.status = status
        self.problem: dict[str, Any] = dict(problem or {})
        found = self.problem.get("errors")
        self.errors = tuple(
            FieldFault(
                str(fault.get("pointer", "")),
                str(fault.get("code", "")),
                str(fault.get("detail", "")),
            )
            for fault in (found if isinstance(found, list) else [])
            if isinstance(fault, dict)
        )


class BadRequest(ApiError):
    """400, 413, 415, 422: see `errors` for the fields."""

    code = "bad_request"


class Unauthenticated(ApiError):
    """401. `mfa_required` and `email_verification_required` are steps, with `problem["flow_token"]`."""

    code = "unauthenticated"


class NotAllowed(ApiError):
    """403."""

    code = "not_allowed"


class NotFound(ApiError):
    """404 and 410."""

    code = "not_found"


class Conflict(ApiError):
    """409."""

    code = "conflict"


class RateLimited(ApiError):
    """429; `retry_after` is in seconds."""

    code = "rate_limited"
    action = "Wait for retry_after seconds."


class ServerFault(ApiError):
    """5xx."""

    code = "server_fault"


class WebhookInvalid(AuthError):
    """Not a genuine webhook, or an old one."""

    status = 400
    code = "webhook_invalid"
    title = "The webhook is not genuine."
