"""Tokens that are not genuine, against static keys: nothing is sent."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ntt_auth import TokenExpired, TokenInvalid, Verifier
from ntt_auth.jose.encoding import decode, encode, read_object
from ntt_auth.jose.keys import read_set
from ntt_auth.verification.feed import Feed
from ntt_auth.verification.pages import read_page, subjects_of
from ntt_auth.verification.steps import Clock
from ntt_auth.verification.table import subject
from servers import AUDIENCE, public_jwk, signed

ISSUER = "https://id.example.com"
KEY = ec.generate_private_key(ec.SECP256R1())
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}
NOW = int(time.time())
CLAIMS: dict[str, Any] = {
    **{"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "client_id": "shop"},
    **{"jti": "j1", "iat": NOW, "exp": NOW + 300, "scope": "a b"},
}
VECTORS = Path(__file__).parents[3] / "docs" / "revocation-vectors.json"


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
        {"iat": NOW + 100},
        {"iat": None},
        {"nbf": NOW + 100},
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


def test_base64url_has_one_spelling() -> None:
    assert decode("AQ") == b"\x01" and encode(b"\x01") == "AQ"
    for text in ("AR", "A", "AQ==", "A+8", "AAB"):
        with pytest.raises(ValueError):
            decode(text)
    with pytest.raises(ValueError):
        read_object(b'{"a": 1e999}')


def _rsa(
    bits: int = 2048,
    e: int = 65537,
) -> dict[str, Any]:
    key = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    n = encode(key.n.to_bytes(bits // 8, "big"))
    return {"kty": "RSA", "n": n, "e": encode(e.to_bytes(3, "big")), "kid": "r"}


def test_a_jwk_that_does_not_fit_is_left_out_and_the_others_work() -> None:
    good = public_jwk(KEY, "good")
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    edwards = {"kty": "OKP", "crv": "Ed25519", "x": encode(raw), "kid": "ed"}
    bad: list[Any] = [
        *(good | {"kid": "twice"} for _ in range(2)),
        {"kty": "oct", "k": "AAAA", "kid": "oct"},
        _rsa(1024),
        _rsa(e=1) | {"kid": "e1"},
        good | {"kid": "use", "use": "enc"},
        good | {"kid": "ops", "key_ops": ["sign"]},
        good | {"kid": "alg", "alg": "ES384"},
        good | {"kid": "crv", "crv": "P-384"},
        good | {"kid": "private", "d": "AAAA"},
        good | {"kid": "off", "x": good["y"]},
        good | {"kid": "x", "x": 5},
        good | {"kid": ""},
        good | {"kid": ["x"]},
        edwards | {"kid": "x448", "crv": "X448"},
        None,
    ]
    found = read_set({"keys": [*bad, good, edwards, _rsa() | {"kid": "rsa"}]})
    assert {kid: key.algorithm for kid, key in found.items()} == {
        "good": "ES256",
        "ed": "EdDSA",
        "rsa": "RS256",
    }


@pytest.mark.parametrize(
    "case",
    json.loads(VECTORS.read_text())["cases"],
    ids=lambda case: str(case["name"]),
)
def test_the_revocation_vectors_hold(case: dict[str, Any]) -> None:
    feed = Feed(ISSUER, clock=Clock(), timeout=5, most=1000)
    page = {"data": case["rows"], "next_cursor": "c", "has_more": False}
    for key, limit, end in read_page(json.dumps(page).encode()).rows:
        feed.tables[0].put(key, limit, end)
    subjects = subjects_of(case["claims"], case["kid"])
    assert feed.refuses(subjects, case["claims"]["iat"]) is case["refused"]


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())["subjects"])
def test_the_subject_vectors_hold(vector: dict[str, str]) -> None:
    from ntt_auth.verification.pages import subject_of

    expected = subject(decode(vector["subject"]))
    assert subject_of(vector["kind"], vector["id"]) == expected
