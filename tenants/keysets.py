"""The public keys that a client registers to prove itself (RFC 7517, RFC 7523)."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from config.errors import InvalidInput
from config.serializers import is_storable

MOST_KEYS, MOST_BYTES = 20, 16 * 1024
_RSA_BITS = range(2048, 8193)
_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,1400}", re.ASCII)
_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_ALGORITHMS = {
    "RSA": {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
    "EC": {"ES256"},
    "OKP": {"EdDSA", "Ed25519"},
}


def public(
    field: str,
    value: object,
) -> dict[str, list[dict[str, str]]] | None:
    """Return a set of 1 to 20 public keys, up to 16 kB; None stays.

    RSA of 2048 to 8192 bits, EC P-256 and Ed25519, for signatures. Members that we do not
    know are left out; one of a private key is a refusal, for it is no secret any more.
    Raises `InvalidInput`, which never repeats a key.
    """
    if value is None:
        return None
    keys = value.get("keys") if isinstance(value, Mapping) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise _refusal(field, f'Expected {{"keys": [...]}} with 1 to {MOST_KEYS} keys.')
    try:
        made = [_key(key) for key in keys]
    except _Fault as fault:
        raise _refusal(field, str(fault)) from None
    named = [key["kid"] for key in made if "kid" in key]
    if len(set(named)) != len(named):
        raise _refusal(field, "Two keys have the same kid.")
    if len(json.dumps(made)) > MOST_BYTES:
        raise _refusal(field, f"Expected at most {MOST_BYTES} bytes.")
    return {"keys": made}


class _Fault(Exception):
    """What is wrong with a key."""


def _refusal(
    field: str,
    detail: str,
) -> InvalidInput:
    return InvalidInput.at(field, detail=detail)


def _key(given: Any) -> dict[str, str]:
    """Return what matters of one key, checked."""
    if not isinstance(given, Mapping):
        raise _Fault("Each key is an object.")
    if _PRIVATE & given.keys():
        raise _Fault("This is a private or symmetric key: make a new one.")
    kind = given.get("kty")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise _Fault(f"Expected kty to be one of {', '.join(_MEMBERS)}.")
    wanted = ("kty", *_MEMBERS[kind])
    optional = [name for name in ("kid", "use", "alg") if name in given]
    key: dict[str, Any] = {n: given.get(n) for n in (*wanted, *optional)}
    if not all(isinstance(text, str) for text in key.values()):
        raise _Fault(f"A key of type {kind} needs {', '.join(wanted)}, as strings.")
    _check_labels(key)
    try:
        _check_numbers(key)
    except ValueError:
        raise _Fault(
            "Expected RSA of 2048 to 8192 bits, EC P-256 or Ed25519, in base64url."
        ) from None
    return key


def _check_labels(key: dict[str, Any]) -> None:
    kid = key.get("kid", "-")
    if not (1 <= len(kid) <= 255 and is_storable(kid)):
        raise _Fault("Expected a kid of 1 to 255 characters.")
    if key.get("use", "sig") != "sig":
        raise _Fault("Expected keys for signatures (use: sig).")
    known = _ALGORITHMS[key["kty"]]
    if "alg" in key and key["alg"] not in known:
        raise _Fault(f"Expected alg to be one of {', '.join(sorted(known))}.")


def _check_numbers(key: dict[str, Any]) -> None:
    """Raise `ValueError` unless the numbers make a key of a kind that is strong."""
    kind = key["kty"]
    if kind == "RSA":
        modulus, exponent = (int.from_bytes(_bytes(key[n])) for n in ("n", "e"))
        if modulus.bit_length() not in _RSA_BITS or exponent.bit_length() > 32:
            raise ValueError
        RSAPublicNumbers(exponent, modulus).public_key()
        return
    points = [_bytes(key[name]) for name in _MEMBERS[kind][1:]]
    curve = {"EC": "P-256", "OKP": "Ed25519"}[kind]
    if key["crv"] != curve or any(len(point) != 32 for point in points):
        raise ValueError
    if kind == "OKP":
        Ed25519PublicKey.from_public_bytes(points[0])
        return
    x, y = (int.from_bytes(point) for point in points)
    EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def _bytes(text: str) -> bytes:
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
