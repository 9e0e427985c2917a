"""The revocation endpoint (RFC 7009 section 2)."""

from django.http import HttpResponse

from tokens.oidc.endpoints.machine import HEADERS, endpoint, token_of
from tokens.oidc.requests import Request
from tokens.oidc.server import server
from tokens.services import sessions


@endpoint
def revoke(request: Request) -> HttpResponse:
    """End a client's own token: 200 also for one that is unknown or over (section 2.2).

    Another client's is refused (`invalid_grant`) and stays as it is. `token_type_hint` is
    not needed.
    """
    client = server.authenticate_client(request, endpoint="revocation")
    sessions.revoke(token_of(request), client_id=client.get_client_id())
    response = HttpResponse(headers=HEADERS)
    del response["Content-Type"]
    return response
