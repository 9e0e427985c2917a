"""The introspection endpoint (RFC 7662 section 2)."""

from authlib.oauth2.rfc6749 import InvalidClientError
from django.http import HttpResponse

from tokens.oidc.clients import Client
from tokens.oidc.endpoints.machine import answered, endpoint, token_of
from tokens.oidc.requests import Request
from tokens.oidc.server import server
from tokens.oidc.services import introspection


@endpoint
def introspect(request: Request) -> HttpResponse:
    """Tell a client that authenticated whether a token is active, and what it says.

    Bad tokens are answers here, and are not counted. `token_type_hint` is not needed.
    """
    client = _confidential(request)
    return answered(introspection.introspect(token_of(request), client.application))


def _confidential(request: Request) -> Client:
    """Return the client; whoever proves nothing is refused by 401 (section 2.3)."""
    try:
        client: Client = server.authenticate_client(request, endpoint="introspection")
    except InvalidClientError as refusal:
        raise InvalidClientError(refusal.description, status_code=401) from None
    if not client.application.is_confidential:
        raise InvalidClientError("A public client may not ask.", status_code=401)
    return client
