"""Signing keys, as the server makes and publishes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ntt_auth.jose.encoding import encode

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class SigningKey:
    """A key pair; `jwk` is the public half as it is published."""

    jwk: dict[str, str]
    sign: Sign = field(repr=False)

    @property
    def kid(self) -> str:
        """Its name, the thumbprint of RFC 7638."""
        return self.jwk["kid"]

    def token(
        self,
        claims: dict[str, Any],
        *,
        typ: str,
    ) -> str:
        """Return a compact JWS over the claims (RFC 7515 section 7.1)."""
        header = {"alg": self.jwk["alg"], "typ": typ, "kid": self.kid}
        signed = ".".join(encode(_compact(part)) for part in (header, claims))
        return f"{signed}.{encode(self.sign(signed.encode()))}"


def generate(algorithm: str) -> SigningKey:
    """Return a new key of ES256, RS256 or EdDSA."""
    members, sign = _MAKERS[algorithm]()
    kid = encode(sha256(_compact(dict(sorted(members.items())))).digest())
    return SigningKey(members | {"use": "sig", "alg": algorithm, "kid": kid}, sign)


def _elliptic() -> tuple[dict[str, str], Sign]:
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    x, y = (encode(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}, sign


def _rsa() -> tuple[dict[str, str], Sign]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    n, e = encode(numbers.n.to_bytes(256, "big")), encode(numbers.e.to_bytes(3, "big"))

    def sign(data: bytes) -> bytes:
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    return {"kty": "RSA", "n": n, "e": e}, sign


def _edwards() -> tuple[dict[str, str], Sign]:
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}, key.sign


_MAKERS: dict[str, Callable[[], tuple[dict[str, str], Sign]]] = {
    "ES256": _elliptic,
    "RS256": _rsa,
    "EdDSA": _edwards,
}


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
