"""The pushed authorization request endpoint (RFC 9126 section 2)."""

from django.http import HttpResponse

from tokens.oidc.endpoints.machine import answered, endpoint
from tokens.oidc.requests import Request
from tokens.oidc.server import server
from tokens.oidc.services import pushed


@endpoint
def par(request: Request) -> HttpResponse:
    """Keep a client's authorization request, and name it."""
    client = server.authenticate_client(request, endpoint="par")
    request_uri = pushed.push(client.application, request.form)
    lives = int(pushed.LIVES.total_seconds())
    return answered({"request_uri": request_uri, "expires_in": lives}, status=201)
