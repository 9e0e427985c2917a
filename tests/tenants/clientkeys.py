"""Public keys (JWK) such as clients register."""

import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm


@cache
def _text(kind: str) -> str:
    if kind.startswith("RSA"):
        made = rsa.generate_private_key(65537, int(kind[3:]))
        return RSAAlgorithm.to_jwk(made.public_key())
    if kind == "OKP":
        return OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key())
    curve = {"EC": ec.SECP256R1(), "EC384": ec.SECP384R1()}[kind]
    return ECAlgorithm.to_jwk(ec.generate_private_key(curve).public_key())


def key(
    kind: str = "EC",
    **members: Any,
) -> dict[str, Any]:
    """Return a public key: `EC`, `EC384`, `OKP` or `RSA` with its bits."""
    found = json.loads(_text(kind))
    plain = {n: v for n, v in found.items() if n not in ("key_ops", "alg", "use")}
    return plain | members


def keys(*given: dict[str, Any]) -> dict[str, Any]:
    """Return a set of public keys, by default of one."""
    return {"keys": list(given) or [key()]}
