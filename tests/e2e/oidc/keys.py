"""The key of the client that signs its assertions; of these tests only."""

import json
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


@lru_cache(maxsize=1)
def private_key() -> dict[str, Any]:
    """Return the private JWK, new in every run."""
    made = ec.generate_private_key(ec.SECP256R1())
    found: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(made))
    return {**found, "kid": "the-key"}


def public_set() -> dict[str, Any]:
    """Return the JWKS that is registered."""
    named = {"use": "sig", "alg": "ES256"}
    shown = {
        name: v for name, v in private_key().items() if name not in ("d", "key_ops")
    }
    return {"keys": [{**shown, **named}]}
