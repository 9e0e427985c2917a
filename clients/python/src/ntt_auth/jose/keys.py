"""Public keys out of a JWKS. One that does not fit is left out; the others work.

The algorithm belongs to the key, never to a token (RFC 8725 section 3.1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ntt_auth.jose.encoding import decode

ALGORITHMS = ("ES256", "RS256", "EdDSA")
MOST_KEYS = 100
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA_BITS = range(2048, 8193)
_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()

Check = Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class Key:
    """A public key that verifies with one algorithm. `check(signature, data)` raises."""

    kid: str
    algorithm: str
    public: tuple[str, ...]
    check: Check = field(compare=False, repr=False)

    def verifies(
        self,
        signature: bytes,
        data: bytes,
    ) -> bool:
        """Tell whether the signature is this key's over the data."""
        try:
            self.check(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_set(
    document: Mapping[str, Any],
    algorithms: tuple[str, ...] = ALGORITHMS,
) -> dict[str, Key]:
    """Return the usable keys of a JWKS by `kid` (RFC 7517 section 5).

    Left out: what is not for signatures or not for one of `algorithms`, is too weak,
    malformed, secret, or shares its `kid` with another. Raises `ValueError` where it is
    no JWKS.
    """
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ValueError("expected a list 'keys'")
    found: dict[str, Key] = {}
    ambiguous = set()
    seen = set()
    for jwk in listed[:MOST_KEYS]:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or not 0 < len(kid) <= 256:
            continue
        if kid in seen:
            ambiguous.add(kid)
        seen.add(kid)
        key = read(jwk)
        if key is not None and key.algorithm in algorithms:
            found[kid] = key
    return {kid: key for kid, key in found.items() if kid not in ambiguous}


def read(jwk: Mapping[str, Any]) -> Key | None:
    """Return the key of a public JWK that has a `kid`, or None if it does not fit."""
    kty = jwk.get("kty")
    reader = _READERS.get(kty) if isinstance(kty, str) else None
    if reader is None or not _PRIVATE.isdisjoint(jwk):
        return None
    if jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        algorithm, check = reader(jwk)
    except (ValueError, KeyError, TypeError, UnsupportedAlgorithm):
        return None
    if jwk.get("alg", algorithm) != algorithm:
        return None
    public = tuple(
        str(jwk.get(name, "")) for name in ("kty", "crv", "x", "y", "n", "e")
    )
    return Key(jwk["kid"], algorithm, public, check)


def _elliptic(jwk: Mapping[str, Any]) -> tuple[str, Check]:
    """RFC 7518 section 6.2.1; the library refuses a point that is off the curve."""
    if jwk["crv"] != "P-256":
        raise ValueError("not P-256")
    x, y = decode(jwk["x"]), decode(jwk["y"])
    if len(x) != 32 or len(y) != 32:
        raise ValueError("not 32 bytes each")
    curve = ec.SECP256R1()
    key = ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)

    def check(
        signature: bytes,
        data: bytes,
    ) -> None:
        if len(signature) != 64:  # RFC 7518 section 3.4
            raise InvalidSignature
        r = int.from_bytes(signature[:32], "big")
        s = int.from_bytes(signature[32:], "big")
        key.verify(encode_dss_signature(r, s), data, _ECDSA)

    return "ES256", check


def _rsa(jwk: Mapping[str, Any]) -> tuple[str, Check]:
    """RFC 7518 sections 3.3 and 6.3.1."""
    modulus, exponent = decode(jwk["n"]), decode(jwk["e"])
    if modulus[:1] in (b"", b"\0") or exponent[:1] in (b"", b"\0"):
        raise ValueError("a number in its shortest form")  # RFC 7518 section 2
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    if n.bit_length() not in _RSA_BITS or not n % 2:
        raise ValueError("a modulus of 2048 bits at least")
    if not e % 2 or not 65537 <= e < 1 << 32:
        raise ValueError("an odd exponent of 65537 at least")
    key = rsa.RSAPublicNumbers(e, n).public_key()

    def check(
        signature: bytes,
        data: bytes,
    ) -> None:
        if len(signature) != len(modulus):  # RFC 8017 section 8.2.2
            raise InvalidSignature
        key.verify(signature, data, _PKCS1, _SHA256)

    return "RS256", check


def _edwards(jwk: Mapping[str, Any]) -> tuple[str, Check]:
    """RFC 8037 section 2."""
    if jwk["crv"] != "Ed25519":
        raise ValueError("not Ed25519")
    key = ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
    return "EdDSA", key.verify


_READERS: dict[str, Callable[[Mapping[str, Any]], tuple[str, Check]]] = {
    "EC": _elliptic,
    "RSA": _rsa,
    "OKP": _edwards,
}
