"""What clients are told, in the words of the specifications; Authlib has the others."""

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError

from config.errors import (
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    ServiceError,
    TooManyRequests,
)


class InvalidTarget(OAuth2Error):
    """The audience asked for is unknown, or not this client's (RFC 8707 section 2)."""

    error = "invalid_target"
    description = "This client may not ask for tokens for this resource."


class UnsupportedResponseType(OAuth2Error):
    """There is the code flow only (RFC 9700 section 2.1.2)."""

    error = "unsupported_response_type"
    description = "Only the response_type code is supported."


class RequestNotSupported(OAuth2Error):
    """Request objects are not taken (OpenID Connect Core section 3.1.2.6)."""

    error = "request_not_supported"
    description = "The parameter request is not supported."


class RequestUriNotSupported(OAuth2Error):
    """Only a `request_uri` that we gave out is taken (RFC 9126)."""

    error = "request_uri_not_supported"
    description = "Only a request_uri of a pushed authorization request is supported."


class TemporarilyUnavailable(OAuth2Error):
    """Come back in a moment with the same request."""

    error = "temporarily_unavailable"
    status_code = 503


class SlowDown(OAuth2Error):
    """A limit is reached."""

    error = "rate_limited"
    status_code = 429


def translated(refusal: ServiceError) -> OAuth2Error:
    """Return a service's refusal as the error of a token endpoint (RFC 6749 section 5.2)."""
    said = plain(refusal.detail)
    if isinstance(refusal, TooManyRequests):
        return SlowDown(said)
    if refusal.status == 503:
        return TemporarilyUnavailable(said)
    if isinstance(refusal, InvalidInput):
        codes = {error.code for error in refusal.errors}
        return InvalidTarget() if "invalid_target" in codes else InvalidScopeError(said)
    if isinstance(refusal, NotAuthenticated | Forbidden):
        return InvalidGrantError(said)
    raise refusal


def plain(text: str) -> str:
    """Return what may stand in an `error_description` (RFC 6749 section 5.2)."""
    return "".join(c for c in text if " " <= c <= "~" and c not in '"\\')
