"""The authorization code grant, with PKCE S256 for every client (OAuth 2.1, RFC 7636)."""

from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant,
    InvalidGrantError,
    InvalidRequestError,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from typing_extensions import override

from tokens import minting
from tokens.oidc.clients import Client
from tokens.oidc.errors import InvalidTarget
from tokens.oidc.grants.answers import token_response
from tokens.oidc.models import AuthorizationCode
from tokens.oidc.services import codes, consents

DIGEST_LENGTH = 43  # of SHA-256 in unpadded base64url


class CodeGrant(AuthorizationCodeGrant):
    """Checks the request at `/oauth/authorize`, and exchanges the code at `/oauth/token`."""

    @staticmethod
    @override
    def validate_authorization_redirect_uri(
        request: Any,
        client: Client,
    ) -> str:
        """Return the redirect URI if it is registered.

        Raises `InvalidRequestError`, which is shown and never sent there.
        """
        uri: str = request.payload.redirect_uri or ""
        if not uri:
            raise InvalidRequestError("The request names no redirect_uri.")
        if not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is not registered.")
        return uri

    @override
    def query_authorization_code(
        self,
        code: str,
        client: Client,
    ) -> AuthorizationCode | None:
        """Return the code's row, also one that is used up: `create_token_response` ends it."""
        return codes.find(code, client.application)

    @override
    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:
        """Claim the code, and mint. The session of a code that comes back has ended."""
        row: AuthorizationCode = self.request.authorization_code
        self._require_as_granted(row)
        session = codes.claim(row, row.login)
        if session is None:
            raise InvalidGrantError("The code is used, or its time is over.")
        pair = minting.issue(session.sid)
        client: Client = self.request.client
        body = token_response(pair, client.application, nonce=row.nonce)
        return 200, body, self.TOKEN_RESPONSE_HEADER

    def _require_as_granted(self, row: AuthorizationCode) -> None:
        """Refuse another resource than the code's, and a consent that was taken back."""
        client: Client = self.request.client
        target = codes.target_of(row)
        if self.request.form.get("resource", target.audience) != target.audience:
            raise InvalidTarget
        if consents.is_needed(row.login.user_id, client.application, target):
            raise InvalidGrantError("The consent to this was taken back.")


class StrictChallenge(CodeChallenge):
    """S256 only, and never without (Authlib's own takes `plain`, and nothing)."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}

    @override
    def validate_code_challenge(
        self,
        grant: CodeGrant,
        redirect_uri: str,
    ) -> None:
        """Raise `InvalidRequestError` unless the request holds a challenge by S256."""
        given = grant.request.payload.data
        if len(given.get("code_challenge", "")) != DIGEST_LENGTH:
            raise InvalidRequestError("PKCE is required: send a code_challenge (S256).")
        if given.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The code_challenge_method must be S256.")
        super().validate_code_challenge(grant, redirect_uri)

    @override
    def get_authorization_code_challenge_method(
        self,
        authorization_code: AuthorizationCode,
    ) -> str:
        return "S256"
