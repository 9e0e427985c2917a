"""The token endpoint (RFC 6749 section 3.2)."""

from authlib.oauth2.rfc6749 import InvalidRequestError, UnsupportedGrantTypeError
from django.http import HttpResponse

from tokens.oidc.endpoints.machine import answered, endpoint
from tokens.oidc.errors import plain
from tokens.oidc.requests import Request
from tokens.oidc.server import server


@endpoint
def token(request: Request) -> HttpResponse:
    """Exchange a grant for tokens."""
    if not request.payload.grant_type:
        raise InvalidRequestError("The request names no grant_type.")
    try:
        grant = server.get_token_grant(request)
    except UnsupportedGrantTypeError:
        named = plain(request.payload.grant_type)[:64]
        raise UnsupportedGrantTypeError(named) from None
    grant.validate_token_request()
    _, body, _ = grant.create_token_response()
    return answered(body)
