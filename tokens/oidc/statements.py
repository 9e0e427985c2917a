"""What we state to a client about a person: ID tokens, signed UserInfo, logout tokens.

Besides `tokens.minting`, the one place that signs. Nothing here opens a door of ours: the
`typ` is no access token's.
"""

import hashlib
import time
from typing import Any

from django.conf import settings

from tenants.models import Application
from tokens import feed, keyring
from tokens.jwts import IdToken, LogoutToken
from tokens.minting import ACR, TokenPair
from tokens.standing import Standing

LIVES_SECONDS = 3600
LOGOUT_SECONDS = 120
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


def claims_about(
    present: Standing,
    scope: str,
) -> dict[str, Any]:
    """Return what the scopes tell of a person (OpenID Connect Core section 5.4)."""
    held, told = scope.split(), {"sub": str(present.user_id)}
    found: dict[str, Any] = dict(told)
    if "profile" in held and present.name:
        found["name"] = present.name
    if "email" in held:
        found |= {"email": present.email, "email_verified": present.email_verified}
    if "roles" in held:
        found["roles"] = list(present.roles)
    return found


def id_token(
    pair: TokenPair,
    *,
    nonce: str = "",
) -> str:
    """Return the ID token that comes with a pair (OpenID Connect Core section 2)."""
    present = pair.standing
    algorithm = present.id_token_algorithm
    claims = {
        "iss": settings.ISSUER,
        "aud": present.client_id,
        "exp": present.issued_at + LIVES_SECONDS,
        "iat": present.issued_at,
        "auth_time": int(present.auth_time.timestamp()),
        "amr": list(present.amr),
        "acr": ACR["mfa" in present.amr],
        "sid": str(present.sid),
        "at_hash": half_hash(pair.access_token, algorithm),
        **claims_about(present, pair.scope),
    }
    if nonce:
        claims["nonce"] = nonce
    return _signed(claims, present)


def signed_user_info(
    present: Standing,
    claims: dict[str, Any],
) -> str:
    """Return UserInfo as a JWT (OpenID Connect Core section 5.3.2)."""
    more = {"iss": settings.ISSUER, "aud": present.client_id, "iat": int(time.time())}
    return _signed({**more, **claims}, present)


def half_hash(
    token: str,
    algorithm: str,
) -> str:
    """Return `at_hash`: the left half of the digest that the algorithm uses (section 3.1.3.6)."""
    digest = _HASHES[algorithm](token.encode()).digest()
    return feed.digest_text(digest[: len(digest) // 2])


def logout_token(
    application: Application,
    *,
    sub: str,
    sid: str,
    jti: str,
) -> str:
    """Return what tells an application that a session of a person is over.

    Good for two minutes, so it is made when it is sent. Raises `Unavailable` without a
    key of the application's algorithm.
    """
    now = int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "aud": application.client_id,
        "iat": now,
        "exp": now + LOGOUT_SECONDS,
        "jti": jti,
        "sub": sub,
        "sid": sid,
        "events": {LOGOUT_EVENT: {}},
    }
    return LogoutToken.carrying(claims).signed(
        algorithm=application.id_token_algorithm, ring=keyring.current()
    )


def _signed(
    claims: dict[str, Any],
    present: Standing,
) -> str:
    made = IdToken.carrying(claims)
    algorithm = present.id_token_algorithm
    return made.signed(algorithm=algorithm, ring=keyring.at(present.state))
