"""Tokens that are not genuine, against static keys: nothing is sent."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ntt_auth import TokenExpired, TokenInvalid, Verifier
from servers import AUDIENCE, public_jwk, signed

ISSUER = "https://id.example.com"
KEY = ec.generate_private_key(ec.SECP256R1())
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}
NOW = int(time.time())
CLAIMS: dict[str, Any] = {
    **{"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "client_id": "shop"},
    **{"jti": "j1", "iat": NOW, "exp": NOW + 300, "scope": "a b"},
}


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    jwks = {"keys": [public_jwk(KEY, "k1")]}
    with Verifier(ISSUER, AUDIENCE, revocation="off", jwks=jwks) as found:
        yield found


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ISSUER + "/"},
        {"aud": [AUDIENCE]},
        {"aud": AUDIENCE + "/"},
        {"exp": True},
        {"exp": float(NOW + 300)},
        {"exp": str(NOW + 300)},
        {"exp": -1},
        {"exp": 10**15},
        {"exp": None},
        {"iat": NOW + 3600},
        {"iat": None},
        {"nbf": NOW + 3600},
        {"nbf": "0"},
        {"sub": ""},
        {"sub": None},
        {"sub": 5},
        {"sub": "\ud800"},
        {"jti": []},
        {"client_id": None},
        {"scope": ["a"]},
        {"roles": "admin"},
        {"roles": [1]},
        {"permissions": {}},
        {"amr": "pwd"},
        {"sid": None},
        {"tenant": 1},
        {"auth_time": "0"},
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": 10**30},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_are_refused(
    verifier: Verifier,
    changes: dict[str, Any],
) -> None:
    with pytest.raises(TokenInvalid):
        verifier.verify(signed(HEADER, CLAIMS | changes, KEY))


@pytest.mark.parametrize(
    "name", ["iss", "aud", "exp", "iat", "sub", "jti", "client_id"]
)
def test_a_claim_that_is_missing_is_refused(
    verifier: Verifier,
    name: str,
) -> None:
    claims = {key: value for key, value in CLAIMS.items() if key != name}
    with pytest.raises(TokenInvalid):
        verifier.verify(signed(HEADER, claims, KEY))


def test_the_leeway_is_thirty_seconds(verifier: Verifier) -> None:
    now = int(time.time())
    late = CLAIMS | {"iat": now - 300, "exp": now - 25}
    assert verifier.verify(signed(HEADER, late, KEY)).sub == "ada"
    with pytest.raises(TokenExpired):
        verifier.verify(signed(HEADER, late | {"exp": now - 31}, KEY))


def test_claims_cannot_be_changed_by_who_reads_them(verifier: Verifier) -> None:
    claims: Any = verifier.verify(signed(HEADER, CLAIMS, KEY)).claims
    with pytest.raises(TypeError):
        claims["sub"] = "mallory"


@pytest.mark.parametrize(
    "payload",
    [b'{"sub": "a", "sub": "b"}', b"[]", b"\xff", b"[" * 5000, b"{", b"null"],
)
def test_a_payload_that_is_no_plain_object_is_refused(
    verifier: Verifier,
    payload: bytes,
) -> None:
    with pytest.raises(TokenInvalid):
        verifier.verify(signed(HEADER, payload, KEY))
