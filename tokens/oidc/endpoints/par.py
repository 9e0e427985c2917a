"""The pushed authorization request endpoint (RFC 9126 section 2)."""

from django.http import HttpResponse

from accounts import limits, lockouts
from tokens.oidc.endpoints.machine import answered, endpoint
from tokens.oidc.requests import Request
from tokens.oidc.server import server
from tokens.oidc.services import pushed


@endpoint
def par(request: Request) -> HttpResponse:
    """Keep a client's authorization request, and name it."""
    client = server.authenticate_client(request, endpoint="par")
    if request.auth_method == "none":  # anybody may know a public client's id
        limits.hit("authorizations_ip", lockouts.caller())
    request_uri = pushed.push(client.application, request.form)
    lives = int(pushed.LIVES.total_seconds())
    return answered({"request_uri": request_uri, "expires_in": lives}, status=201)
