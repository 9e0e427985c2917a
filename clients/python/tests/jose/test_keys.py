"""Tokens that are not genuine, against static keys: nothing is sent."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ntt_auth.jose.encoding import encode
from ntt_auth.jose.keys import read_set
from servers import public_jwk

KEY = ec.generate_private_key(ec.SECP256R1())


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
