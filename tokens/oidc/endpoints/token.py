"""The token endpoint (RFC 6749 section 3.2)."""

from authlib.oauth2.rfc6749 import UnsupportedGrantTypeError
from django.http import HttpResponse

from tokens.oidc.endpoints.machine import answered, endpoint
from tokens.oidc.errors import plain
from tokens.oidc.requests import Request
from tokens.oidc.server import server


@endpoint
def token(request: Request) -> HttpResponse:
    """Exchange a grant for tokens."""
    try:
        grant = server.get_token_grant(request)
    except UnsupportedGrantTypeError:
        named = plain(request.payload.grant_type or "")[:64]
        raise UnsupportedGrantTypeError(named) from None
    grant.validate_token_request()
    _, body, _ = grant.create_token_response()
    return answered(body)
