"""Sign people in on the hosted pages: the code flow with PKCE, for servers.

    client = OpenIDClient(issuer, client_id, client_secret)
    url, pending = client.authorization_url("https://shop.example/auth/callback/")
    # keep `pending` where only this browser leads to it; send the browser to `url`
    tokens = client.exchange(pending, request.GET)   # at the callback
    tokens.claims["sub"], tokens.access_token

`AsyncOpenIDClient` has the same methods to await. Owns: what is sent to the browser, the
exchange, ID and logout tokens (OpenID Connect Core, RP-Initiated Logout, Back-Channel
Logout; RFC 7636, RFC 9207). Does not know: cookies, sessions, frameworks.
"""

from ntt_auth.oidc.asking import Ask, Pending
from ntt_auth.oidc.clients import AsyncOpenIDClient, OpenIDClient
from ntt_auth.oidc.errors import (
    IdTokenInvalid,
    LogoutTokenInvalid,
    LogoutTokenReplayed,
    RefreshRefused,
    SignInFailed,
)
from ntt_auth.oidc.statements import LoggedOut
from ntt_auth.oidc.tokens import Tokens

__all__ = [
    "Ask",
    "AsyncOpenIDClient",
    "IdTokenInvalid",
    "LoggedOut",
    "LogoutTokenInvalid",
    "LogoutTokenReplayed",
    "OpenIDClient",
    "Pending",
    "RefreshRefused",
    "SignInFailed",
    "Tokens",
]
