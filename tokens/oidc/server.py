"""Authlib as the engine of the grants: it checks the protocol, and neither signs nor stores."""

from collections.abc import Sequence
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer
from django.http import HttpResponse, JsonResponse
from typing_extensions import override

from tokens.oidc import authentication
from tokens.oidc.clients import Client
from tokens.oidc.grants.client_credentials import ServiceGrant
from tokens.oidc.grants.code import CodeGrant, StrictChallenge
from tokens.oidc.grants.device import DeviceGrant
from tokens.oidc.grants.refresh import RefreshGrant
from tokens.oidc.requests import Request


class Server(AuthorizationServer):
    """Our clients, our requests, our responses."""

    @override
    def query_client(self, client_id: str) -> Client | None:
        return authentication.find(client_id)

    @override
    def authenticate_client(
        self,
        request: Request,
        methods: Sequence[str] = (),
        endpoint: str = "token",
    ) -> Client:
        """Return the client of a request: each is bound to its own method, whatever is asked."""
        return authentication.authenticate(request)

    @override
    def create_oauth2_request(self, request: Request) -> Request:
        return request

    @override
    def handle_response(
        self,
        status: int,
        body: Any,
        headers: Sequence[tuple[str, str]],
    ) -> HttpResponse:
        return JsonResponse(body, status=status, headers=dict(headers))

    @override
    def send_signal(
        self,
        name: str,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Authlib's signals have no receivers: what happens is recorded by the services."""


server = Server()
server.register_grant(CodeGrant, [StrictChallenge(required=True)])
server.register_grant(RefreshGrant)
server.register_grant(ServiceGrant)
server.register_grant(DeviceGrant)
