"""The refresh grant: the same sessions and the same rotation as over REST."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, RefreshTokenGrant
from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from typing_extensions import override

from tokens.oidc.clients import Client
from tokens.oidc.grants.answers import token_response
from tokens.oidc.services import renewal


class RefreshGrant(RefreshTokenGrant):
    """Rotates by `tokens.services.refresh`; a token is bound to its client."""

    @override
    def validate_token_request(self) -> None:
        """Look at the client and the form; the token is looked at when it is claimed."""
        client: Client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may not refresh.")
        if not self.request.form.get("refresh_token"):
            raise InvalidRequestError("The request holds no refresh_token.")

    @override
    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:
        """Exchange the refresh token for the next pair."""
        client: Client = self.request.client
        given = self.request.form
        pair = renewal.refresh(
            given["refresh_token"],
            client.application,
            scope=given.get("scope", ""),
            resource=given.get("resource", ""),
        )
        body = token_response(pair, client.application)
        return 200, body, self.TOKEN_RESPONSE_HEADER
