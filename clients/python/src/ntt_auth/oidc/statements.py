"""What the issuer states to a client: ID tokens and logout tokens, verified.

No network here: the keys are given. Nothing is believed before the signature is good.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ntt_auth.jose import encoding
from ntt_auth.jose.keys import Key
from ntt_auth.oidc.asking import Pending
from ntt_auth.oidc.errors import IdTokenInvalid, LogoutTokenInvalid

LEEWAY_SECONDS = 30
LOGOUT_FRESH_SECONDS = 300
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_COMPACT = re.compile(
    r"([A-Za-z0-9_-]{2,2048})\.([A-Za-z0-9_-]{2,16384})\.([A-Za-z0-9_-]{1,1024})"
)
_HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}
_LEVELS = {"aal1": 1, "aal2": 2, "aal3": 3}


@dataclass(frozen=True)
class Expected:
    """Whose statements are believed, by whom they are meant for, and `now`."""

    issuer: str
    client_id: str
    now: float


@dataclass(frozen=True)
class LoggedOut:
    """Whose session ended: one of the two at least. `jti` names the notice."""

    sub: str | None
    sid: str | None
    jti: str
    issued_at: int


@dataclass(frozen=True)
class Statement:
    """A token taken apart; nothing of it is believed yet."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        """The key that it names."""
        return str(self.header["kid"])


def take_apart(token: object) -> Statement:
    """Return the parts of a compact JWS (RFC 7515 section 7.1); raises `ValueError`."""
    found = _COMPACT.fullmatch(token) if isinstance(token, str) else None
    if found is None:
        raise ValueError("Expected three parts of base64url.")
    try:
        header = encoding.read_object(encoding.decode(found[1]))
        payload, signature = encoding.decode(found[2]), encoding.decode(found[3])
    except ValueError:
        raise ValueError("Expected canonical base64url and a JSON header.") from None
    if "crit" in header or "b64" in header:  # RFC 7515 4.1.11, RFC 7797
        raise ValueError("Expected no critical header.")
    if not isinstance(header.get("kid"), str) or not isinstance(header.get("alg"), str):
        raise ValueError("Expected kid and alg in the header.")
    return Statement(header, payload, found[0][: found.end(2)].encode(), signature)


def verify_id_token(
    statement: Statement,
    key: Key | None,
    expected: Expected,
    *,
    pending: Pending | None,
    access_token: str,
) -> Mapping[str, Any]:
    """Return the claims (OpenID Connect Core 3.1.3.7); raises `IdTokenInvalid`.

    `pending` is None after a refresh: there is no nonce then (section 12.2).
    """
    try:
        if statement.header.get("typ", "JWT") not in ("JWT", "jwt"):
            raise ValueError("Expected a token of typ JWT.")
        claims = _believed(statement, key, expected)
        _check_presenter(claims, expected)
        _check_half_hash(claims, statement, access_token)
        if pending is not None:
            _check_answers(claims, pending, expected.now)
    except ValueError as error:
        raise IdTokenInvalid(str(error)) from None
    return claims


def verify_logout_token(
    statement: Statement,
    key: Key | None,
    expected: Expected,
) -> LoggedOut:
    """Return whose session ended (Back-Channel Logout 2.6); raises `LogoutTokenInvalid`."""
    try:
        if statement.header.get("typ") != "logout+jwt":
            raise ValueError("Expected a token of typ logout+jwt.")
        claims = _believed(statement, key, expected, subject=False)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(
            events.get(LOGOUT_EVENT), dict
        ):
            raise ValueError("Expected the event of a back-channel logout.")
        if "nonce" in claims:
            raise ValueError("Expected no nonce.")
        if claims["iat"] < expected.now - LOGOUT_FRESH_SECONDS:
            raise ValueError("Expected a fresh token.")
        sub, sid, jti = claims.get("sub"), claims.get("sid"), claims.get("jti")
        if not _is_text(jti) or not (_is_text(sub) or _is_text(sid)):
            raise ValueError("Expected jti, and sub or sid.")
        if not all(value is None or _is_text(value) for value in (sub, sid)):
            raise ValueError("Expected sub and sid as text.")
    except ValueError as error:
        raise LogoutTokenInvalid(str(error)) from None
    return LoggedOut(sub, sid, str(jti), claims["iat"])


def _believed(
    statement: Statement,
    key: Key | None,
    expected: Expected,
    *,
    subject: bool = True,
) -> Mapping[str, Any]:
    """Return the claims of a signed, current statement of the issuer to this client."""
    if key is None or key.algorithm != statement.header["alg"]:
        raise ValueError("Expected a signature by a key and algorithm of the issuer.")
    if not key.verifies(statement.signature, statement.signed):
        raise ValueError("Expected a good signature.")
    try:
        claims = encoding.read_object(statement.payload)
    except ValueError:
        raise ValueError("Expected a JSON object.") from None
    if claims.get("iss") != expected.issuer:
        raise ValueError(f"Expected iss {expected.issuer}.")
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise ValueError("Expected this client, and it alone, in aud.")
    if subject and not _is_text(claims.get("sub")):
        raise ValueError("Expected a sub of 1 to 255 characters.")
    for name in ("iat", "exp"):
        if type(claims.get(name)) is not int:
            raise ValueError(f"Expected {name} in whole seconds.")
    if claims["exp"] <= expected.now - LEEWAY_SECONDS:
        raise ValueError("Expected a token that has not expired.")
    if claims["iat"] > expected.now + LEEWAY_SECONDS:
        raise ValueError("Expected a token that was issued in the past.")
    return claims


def _check_presenter(
    claims: Mapping[str, Any],
    expected: Expected,
) -> None:
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise ValueError("Expected this client in azp.")


def _check_half_hash(
    claims: Mapping[str, Any],
    statement: Statement,
    access_token: str,
) -> None:
    """Check that both tokens belong together (OpenID Connect Core 3.1.3.8)."""
    if "at_hash" not in claims:
        return
    digest = _HASHES[statement.header["alg"]](access_token.encode()).digest()
    if claims["at_hash"] != encoding.encode(digest[: len(digest) // 2]):
        raise ValueError("Expected at_hash to be of the access token.")


def _check_answers(
    claims: Mapping[str, Any],
    pending: Pending,
    now: float,
) -> None:
    """Check that it answers what was asked: nonce, and a sign-in as strong and recent."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce, pending.nonce):
        raise ValueError("Expected the nonce of this sign-in.")
    wanted = pending.acr_values.split()
    if wanted and not any(_reaches(claims.get("acr"), one) for one in wanted):
        raise ValueError(f"Expected acr {pending.acr_values}.")
    if pending.max_age is not None:
        since = claims.get("auth_time")
        if type(since) is not int:
            raise ValueError("Expected auth_time in whole seconds.")
        if now - since > pending.max_age + LEEWAY_SECONDS:
            raise ValueError(
                f"Expected a sign-in of the last {pending.max_age} seconds."
            )


def _reaches(
    got: object,
    wanted: str,
) -> bool:
    known = _LEVELS.get(got, 0) if isinstance(got, str) else 0
    return got == wanted or known >= _LEVELS.get(wanted, 99)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def same(
    one: str,
    other: str,
) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
