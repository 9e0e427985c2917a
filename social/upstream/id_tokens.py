"""An ID token of a provider, checked (OpenID Connect Core 1.0 section 3.1.3.7).

Its signature too, also where it came from the token endpoint by TLS: one way for all.
"""

import base64
import hashlib
import math
import re
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from social.errors import UpstreamFault
from tokens.jose.compact import read_object, take_apart
from tokens.oidc import client_keys

CHECK = "id_token"
MOST_CHARACTERS = 16384
SKEW_SECONDS = 60
OLDEST_SECONDS = 600
_MOST_AUDIENCES = 10
DIRECTORY = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Expected:
    """What a token has to say. `nonce` None asks for none.

    `hashed`: the nonce may stand there as its SHA-256 in hex, as phones send it.
    `access_token` is what came with it, for `at_hash`. `since`, in Unix seconds, is when
    who somebody is was asked for anew; 0 where any time will do.
    """

    connection_id: UUID
    jwks_uri: str
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]
    nonce: str | None
    hashed: bool = False
    access_token: str = ""
    since: float = 0.0


def verified(
    token: Any,
    expected: Expected,
) -> dict[str, Any]:
    """Return the claims of a token that stands. May ask for keys; raises `UpstreamFault`."""
    if not isinstance(token, str) or len(token) > MOST_CHARACTERS:
        raise UpstreamFault(CHECK, "missing")
    if token.endswith("."):
        raise UpstreamFault("alg", "nothing signs it")
    claims = _signed(token, expected)
    _check_party(claims, expected)
    _check_times(claims)
    _check_nonce(claims, expected)
    _check_proof(claims, expected)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise UpstreamFault("sub", "missing")
    return claims


def _signed(
    token: str,
    expected: Expected,
) -> dict[str, Any]:
    try:
        parts = take_apart(token)
        header, claims = parts.header, read_object(parts.payload)
    except ValueError:
        raise UpstreamFault(CHECK, "not a JWT") from None
    algorithm, kid = header.get("alg"), header.get("kid", "")
    if not isinstance(algorithm, str) or algorithm not in client_keys.ALGORITHMS:
        raise UpstreamFault("alg", "not one that is accepted")
    if "crit" in header:
        raise UpstreamFault("crit", "an extension that is not known")
    if not isinstance(kid, str):
        raise UpstreamFault("kid", "not text")
    known = client_keys.remote(expected.connection_id, expected.jwks_uri, kid=kid)
    fitting = [key for key in known if algorithm in key.algorithms]
    if not fitting:
        raise UpstreamFault("jwks", "no key for it")
    if not any(_fits(key, token, algorithm) for key in fitting):
        raise UpstreamFault("signature")
    _check_at_hash(claims, algorithm, expected.access_token)
    return claims


def _fits(
    key: client_keys.PublicKey,
    token: str,
    algorithm: str,
) -> bool:
    try:
        jwt.PyJWS().decode(token, key.key, algorithms=[algorithm])
    except Exception:  # whatever a library says of a broken signature
        return False
    return True


def _check_at_hash(
    claims: dict[str, Any],
    algorithm: str,
    access_token: str,
) -> None:
    """Check section 3.1.3.6 where both are there."""
    told = claims.get("at_hash")
    if told is None or not access_token or algorithm == "EdDSA":
        return
    digest = hashlib.sha256(access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if told != half:
        raise UpstreamFault("at_hash")


def _check_party(
    claims: dict[str, Any],
    expected: Expected,
) -> None:
    if claims.get("iss") not in _issuers(claims, expected):
        raise UpstreamFault("iss")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    ours = [name for name in named if name in expected.audiences]
    if not ours or len(named) > _MOST_AUDIENCES:
        raise UpstreamFault("aud")
    party = claims.get("azp")
    if party is None and len(named) > 1:
        raise UpstreamFault("azp", "missing beside several audiences")
    if party is not None and party not in expected.audiences:
        raise UpstreamFault("azp")


def _issuers(
    claims: dict[str, Any],
    expected: Expected,
) -> list[str]:
    """Return what `iss` may be; Microsoft's names the directory that `tid` does."""
    directory = claims.get("tid")
    if isinstance(directory, str) and DIRECTORY.fullmatch(directory):
        return [name.replace("{tenantid}", directory) for name in expected.issuers]
    return [name for name in expected.issuers if "{" not in name]


def _check_times(claims: dict[str, Any]) -> None:
    now = time.time()
    if not _seconds(claims.get("exp")) > now - SKEW_SECONDS:
        raise UpstreamFault("exp")
    made = _seconds(claims.get("iat"))
    if not now - OLDEST_SECONDS - SKEW_SECONDS < made <= now + SKEW_SECONDS:
        raise UpstreamFault("iat")
    if "nbf" in claims and not _seconds(claims["nbf"]) <= now + SKEW_SECONDS:
        raise UpstreamFault("nbf")


def _check_nonce(
    claims: dict[str, Any],
    expected: Expected,
) -> None:
    told = claims.get("nonce")
    if expected.nonce is None and told is None:
        return
    fitting = [expected.nonce]
    if expected.hashed and expected.nonce:
        fitting.append(hashlib.sha256(expected.nonce.encode()).hexdigest())
    if not isinstance(told, str) or told not in fitting:
        raise UpstreamFault("nonce")


def _check_proof(
    claims: dict[str, Any],
    expected: Expected,
) -> None:
    """Check number 13: whoever sits at a browser can take `prompt` out of an address."""
    if not expected.since:
        return
    if not _seconds(claims.get("auth_time")) >= expected.since - SKEW_SECONDS:
        raise UpstreamFault("auth_time", "no new proof")


def _seconds(value: Any) -> float:
    """Return a NumericDate (RFC 7519 section 2); NaN, which is within no bounds, for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value)
