"""Tokens that are not genuine, against static keys: nothing is sent."""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ntt_auth import TokenInvalid, Verifier
from ntt_auth.jose.compact import take_apart
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
    "header",
    [
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": ["ES256"]},
        {"kid": "k2"},
        {"kid": 1},
        {"crit": ["exp"]},
        {"b64": False},
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    verifier: Verifier,
    header: dict[str, Any],
) -> None:
    with pytest.raises(TokenInvalid):
        verifier.verify(signed(HEADER | header, CLAIMS, KEY))


def test_a_key_that_the_token_brings_along_is_not_looked_at(verifier: Verifier) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    brought = HEADER | {"jwk": public_jwk(other, "k1"), "jku": "https://evil.example"}
    with pytest.raises(TokenInvalid):
        verifier.verify(signed(brought, CLAIMS, other))


@pytest.mark.parametrize(
    "token",
    ["", "a.b", "a.b.c.d", "é.b.c", "\ud800", "a" * 99999, None, b"x", "AB.AA.AA"],
)
def test_what_is_no_token_is_refused(
    verifier: Verifier,
    token: Any,
) -> None:
    with pytest.raises(TokenInvalid):
        verifier.verify(token)


def test_ten_thousand_mutated_tokens_are_refused(verifier: Verifier) -> None:
    good, chance = signed(HEADER, CLAIMS, KEY), random.Random(6)
    alphabet = "ABCZabcz019-_.=+/ \n\x00é\ud800"
    for _ in range(10_000):
        at = chance.randrange(len(good))
        kind = chance.randrange(3)
        more = chance.choice(alphabet) if kind else ""
        mutated = good[:at] + more + good[at + (kind != 2) :]
        if mutated != good:
            with pytest.raises(TokenInvalid):
                verifier.verify(mutated)


@pytest.mark.parametrize("emptied", [0, 1, 2])
def test_no_part_of_a_token_is_empty(emptied: int) -> None:
    parts = signed(HEADER, CLAIMS, KEY).split(".")
    parts[emptied] = ""
    with pytest.raises(TokenInvalid, match="three parts"):
        take_apart(".".join(parts))
