"""Clients that sign: key pairs, their JWKS, and assertions."""

import base64
import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from config.fields import uuid7

ISSUER = "http://127.0.0.1:8000"
TOKEN = f"{ISSUER}/oauth/token"
GONE: Any = object()


@dataclass(frozen=True)
class Signer:
    """A key pair; `jwk` is the public half."""

    algorithm: str
    private: Any
    jwk: dict[str, Any]

    def sign(
        self,
        claims: Any,
        **header: Any,
    ) -> str:
        """Return a compact JWS of any JSON value; a header member `GONE` is left out."""
        members = {"alg": self.algorithm, "kid": self.jwk.get("kid"), **header}
        members = {name: v for name, v in members.items() if v is not GONE}
        return self.sign_text(json.dumps(members), json.dumps(claims))

    def sign_text(
        self,
        header: str,
        payload: str | bytes,
    ) -> str:
        """Return a compact JWS of these very bytes."""
        first, second = _encoded(header), _encoded(payload)
        signing = jwt.get_algorithm_by_name(self.algorithm)
        made = signing.sign(f"{first}.{second}".encode(), self.private)
        return f"{first}.{second}.{_encoded(made)}"


def _encoded(raw: str | bytes) -> str:
    text = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@lru_cache
def signer(
    algorithm: str = "ES256",
    kid: str | None = "one",
    bits: int = 2048,
) -> Signer:
    """Return the same key pair for the same question."""
    private: Any
    if algorithm in ("RS256", "PS256"):
        private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    elif algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
        jwk = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        curve = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1()}[algorithm]
        private = ec.generate_private_key(curve)
        jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    named = {"kid": kid} if kid else {}
    return Signer(algorithm, private, jwk | named)


def jwks(*signers: Signer) -> dict[str, Any]:
    """Return the document of these."""
    return {"keys": [one.jwk for one in signers]}


def claims_of(
    client_id: str,
    **changed: Any,
) -> dict[str, Any]:
    """Return the claims of a good assertion, but for `changed`; `GONE` leaves out."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid7()),
    }
    claims.update(changed)
    return {name: value for name, value in claims.items() if value is not GONE}
