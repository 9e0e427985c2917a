"""What the token endpoint answers (RFC 6749 section 5.1)."""

from typing import Any

from tenants.models import Application
from tokens.minting import TokenPair
from tokens.oidc import statements

REFRESH = "refresh_token"


def token_response(
    pair: TokenPair,
    application: Application,
    *,
    nonce: str = "",
) -> dict[str, Any]:
    """Return a pair as its client gets it: with an ID token where `openid` was granted.

    A refresh token is for those that may use one.
    """
    body: dict[str, Any] = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "scope": pair.scope,
    }
    if REFRESH in application.grants:
        body["refresh_token"] = pair.refresh_token
        body["refresh_expires_in"] = pair.refresh_expires_in
    if "openid" in pair.scope.split():
        body["id_token"] = statements.id_token(pair, nonce=nonce)
    return body
