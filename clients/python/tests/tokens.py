"""Mints real signed access tokens; what is not said is as a good token has it."""

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "https://id.example.com"
AUDIENCE = "https://api.example.com/orders"
KID = "test-key"
KEY = ec.generate_private_key(ec.SECP256R1())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwks() -> dict[str, Any]:
    numbers = KEY.public_key().public_numbers()
    return {
        "keys": [
            {
                "kty": "EC",
                "crv": "P-256",
                "kid": KID,
                "use": "sig",
                "alg": "ES256",
                "x": encoded(numbers.x.to_bytes(32, "big")),
                "y": encoded(numbers.y.to_bytes(32, "big")),
            }
        ]
    }


def mint(*, typ: str = "at+jwt", **claims: Any) -> str:
    """Return a token; a claim that is None is left out."""
    now = int(time.time())
    payload: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "client_id": "web",
        "jti": "a-token",
        "sid": "a-session",
        "tenant": "shop",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "acr": "aal1",
        "amr": ["pwd"],
        "scope": "orders:read",
        **claims,
    }
    kept = {name: value for name, value in payload.items() if value is not None}
    header = {"alg": "ES256", "typ": typ, "kid": KID}
    signed = ".".join(
        encoded(json.dumps(part, separators=(",", ":")).encode())
        for part in (header, kept)
    )
    r, s = decode_dss_signature(KEY.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


# of a verifier that needs no server
VERIFYING: dict[str, Any] = {
    "issuer": ISSUER,
    "audience": AUDIENCE,
    "revocation": "off",
    "jwks": jwks(),
}
