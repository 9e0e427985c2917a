"""The client credentials grant: a service acts for itself (RFC 6749 section 4.4)."""

from typing import Any

from authlib.oauth2.rfc6749 import ClientCredentialsGrant
from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from typing_extensions import override

from tokens import minting
from tokens.oidc import targets
from tokens.oidc.clients import Client
from tokens.oidc.services import machines


class ServiceGrant(ClientCredentialsGrant):
    """For clients that can keep a secret; no refresh token, no identity."""

    @override
    def validate_token_request(self) -> None:
        client: Client = self.authenticate_token_endpoint_client()
        allowed = client.check_grant_type(self.GRANT_TYPE)
        if not allowed or not client.application.is_confidential:
            raise UnauthorizedClientError("The client may not act for itself.")

    @override
    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:
        """Mint an access token of the client itself."""
        client: Client = self.request.client
        given = self.request.form
        target = targets.of_service(
            client.application,
            scope=given.get("scope", ""),
            resource=given.get("resource", ""),
        )
        made = minting.issue_to(client.application, target)
        machines.note_token(client.application, target)
        body = {
            "access_token": made.access_token,
            "token_type": "Bearer",
            "expires_in": made.expires_in,
            "scope": made.scope,
        }
        return 200, body, self.TOKEN_RESPONSE_HEADER
