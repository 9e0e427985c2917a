"""What verifying costs in the Python SDK, beside others, in one run.

Run it in the SDK's own environment: `clients/python/.venv/bin/python bench/sdk_python.py`.
A figure is the median of interleaved rounds; ratios are what counts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "clients" / "python" / "tests"))

import jwt  # noqa: E402
from auth0.authentication.token_verifier import (  # noqa: E402
    AsymmetricSignatureVerifier,
    TokenVerifier,
)
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import (  # noqa: E402
    ec,
    padding,
    rsa,
)
from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: E402
    encode_dss_signature,
)
from joserfc import jwk  # noqa: E402
from joserfc import jwt as joserfc_jwt  # noqa: E402
from ntt_auth import Verifier  # noqa: E402
from ntt_auth.jose.encoding import decode  # noqa: E402
from ntt_auth.verification.table import SUBJECT, Table, capacity_for  # noqa: E402
from played import row  # noqa: E402
from servers import AUDIENCE, Issuer, serving  # noqa: E402

ROUNDS, TOKENS = 7, 300


def rounds(work: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Return the median microseconds of processor time of each call, taken in turn."""
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, call in work.items():
            began = time.thread_time()
            call()
            took[name].append((time.thread_time() - began) / TOKENS * 1e6)
    return {name: median(found) for name, found in took.items()}


def others(
    issuer: Issuer,
    tokens: list[str],
) -> dict[str, Callable[[], None]]:
    """Return what we are compared with: the signature alone, and two libraries."""
    public = issuer.keys["k1"].public_key()
    client = jwt.PyJWKClient(f"{issuer.url}/jwks")
    key_set = jwk.KeySet.import_key_set(issuer.jwks())  # type: ignore[arg-type]
    registry = joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer.url},
        aud={"essential": True, "value": AUDIENCE},
    )

    def bare() -> None:
        for token in tokens:
            data, _, signature = token.rpartition(".")
            raw = decode(signature)
            r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
            der = encode_dss_signature(r, s)
            public.verify(der, data.encode(), ec.ECDSA(hashes.SHA256()))

    def pyjwt() -> None:
        for token in tokens:
            key = client.get_signing_key_from_jwt(token)
            jwt.decode(token, key, ["ES256"], issuer=issuer.url, audience=AUDIENCE)

    def joserfc() -> None:
        for token in tokens:
            found = joserfc_jwt.decode(token, key_set, algorithms=["ES256"])
            registry.validate(found.claims)

    return {
        "bare cryptography": bare,
        "PyJWT + PyJWKClient": pyjwt,
        "joserfc (Authlib)": joserfc,
    }


def speeds() -> dict[str, float]:
    """Verify the same tokens in every way."""
    with serving() as server:
        issuer = Issuer(server)
        issuer.rows.append(row("session", "another"))  # else nothing is looked up
        tokens = [
            issuer.token(jti=f"j{number}", sub=f"u{number}", sid=f"s{number}")
            for number in range(TOKENS)
        ]
        with Verifier(issuer.url, AUDIENCE) as verifier:
            verifier.warm()

            def first() -> None:
                verifier._core.cache.forget()
                repeated()

            def repeated() -> None:
                for token in tokens:
                    verifier.verify(token)

            ours = {"ntt_auth, first sight": first, "ntt_auth, repeated": repeated}
            return rounds(others(issuer, tokens) | ours)


def rs256(
    issuer: Issuer,
    key: rsa.RSAPrivateKey,
) -> list[str]:
    """Give the issuer an RSA key and a revocation; return tokens of that key."""
    own = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    issuer.server.says("/jwks", {"keys": [own | {"kid": "r1", "alg": "RS256"}]})
    issuer.rows.append(row("session", "another"))
    header = {"typ": "at+jwt", "kid": "r1"}
    return [
        jwt.encode(issuer.claims(jti=f"j{number}"), key, "RS256", header)
        for number in range(TOKENS)
    ]


def vendor() -> dict[str, float]:
    """Verify RS256, the only algorithm of Auth0's SDK (which knows no revocations)."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key()
    with serving() as server:
        issuer = Issuer(server)
        tokens = rs256(issuer, key)
        auth0 = TokenVerifier(
            AsymmetricSignatureVerifier(f"{issuer.url}/jwks"),
            issuer.url,
            AUDIENCE,
        )

        def bare() -> None:
            for token in tokens:
                data, _, signature = token.rpartition(".")
                raw = decode(signature)
                public.verify(raw, data.encode(), padding.PKCS1v15(), hashes.SHA256())

        def theirs() -> None:
            for token in tokens:
                auth0.verify(token)

        with Verifier(issuer.url, AUDIENCE) as verifier:
            verifier.warm()

            def ours() -> None:
                verifier._core.cache.forget()
                for token in tokens:
                    verifier.verify(token)

            return rounds(
                {
                    "bare cryptography": bare,
                    "auth0-python": theirs,
                    "ntt_auth, first sight": ours,
                }
            )


def memory() -> dict[str, float]:
    """Return MB and microseconds a look-up of a table with a million rows."""
    rows = 1_000_000
    table = Table(capacity_for(rows))
    for number in range(rows):
        table.put((number * 0x9E3779B97F4A7C15 % 2**64 or 1, number), 1, 2**31)
    asked = [
        SUBJECT.pack(number * 0xD1B54A32D192ED03 % 2**64, number)
        for number in range(100_000)
    ]
    began = time.perf_counter()
    for subject in asked:
        table.limit(subject)
    each = (time.perf_counter() - began) / 100_000 * 1e6
    return {"MB for a million rows": table.size / 1e6, "us a look-up": each}


def imports() -> dict[str, float]:
    """Return the median milliseconds by which an import slows the start."""
    found: dict[str, list[float]] = {
        "pass": [],
        "import ntt_auth": [],
        "from ntt_auth import Verifier": [],
        "import jwt": [],
        "from auth0.authentication import token_verifier": [],
    }
    for _ in range(ROUNDS):
        for code, took in found.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            took.append((time.perf_counter() - began) * 1000)
    bare = median(found.pop("pass"))
    return {code: median(took) - bare for code, took in found.items()}


def main() -> None:
    """Print everything as one JSON document."""
    found: dict[str, Any] = {"memory": memory(), "ms": imports()}
    for name, us in {"ES256": speeds(), "RS256": vendor()}.items():
        bare = us["bare cryptography"]
        found[f"{name}, us"] = us
        found[f"{name}, rate / bare"] = {who: bare / each for who, each in us.items()}
    print(json.dumps(found, indent=1, default=str))


if __name__ == "__main__":
    main()
