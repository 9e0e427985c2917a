"""Forged tokens for the RFC 8725 tests: every one must be refused."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tokens import keyring


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def resigned(
    token: str,
    *,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
) -> str:
    """Return `token` with changes, signed by our own ES256 key (a genuine signature)."""
    ring = keyring.current()
    key = ring.signer("ES256")
    said = jwt.decode(token, options={"verify_signature": False}) | (claims or {})
    said = {name: value for name, value in said.items() if value is not None}
    head = {"typ": "at+jwt", "kid": key.kid, "alg": "ES256"} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    signed = f"{_part(head)}.{_part(said)}"
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    return f"{signed}.{_part(algorithm.sign(signed.encode(), key.private))}"


def _foreign(
    token: str,
    header: dict[str, Any],
) -> str:
    stranger = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(ECAlgorithm.to_jwk(stranger.public_key()))
    claims = jwt.decode(token, options={"verify_signature": False})
    filled = {k: (jwk if v == "JWK" else v) for k, v in header.items()}
    return jwt.encode(claims, stranger, algorithm="ES256", headers=filled)


def attacks(token: str) -> Iterator[tuple[str, str]]:
    """Yield (what it tries, the forged token) for a genuine access token."""
    key = keyring.current().signer("ES256")
    head, body, signature = token.split(".")
    pem = key.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for name in ("none", "None", "NONE", "nOnE"):
        stripped = _part({"alg": name, "typ": "at+jwt", "kid": key.kid})
        yield f"alg {name}", f"{stripped}.{body}."
        yield f"alg {name}, old signature", f"{stripped}.{body}.{signature}"
    hs = _part({"alg": "HS256", "typ": "at+jwt", "kid": key.kid})
    mac = hmac.new(pem, f"{hs}.{body}".encode(), hashlib.sha256).digest()
    yield "HS256 with our public key", f"{hs}.{body}.{_part(mac)}"
    at = {"typ": "at+jwt"}
    yield "own key in jwk", _foreign(token, {**at, "jwk": "JWK"})
    yield "own key in jwk under our kid", _foreign(
        token, {**at, "kid": key.kid, "jwk": "JWK"}
    )
    yield "jku", _foreign(token, {**at, "kid": "x", "jku": "http://127.0.0.1:9/k"})
    yield "x5u", _foreign(token, {**at, "kid": "x", "x5u": "http://127.0.0.1:9/c"})
    yield "kid as a path", _foreign(token, {**at, "kid": "../../../dev/null"})
    yield "kid as SQL", _foreign(token, {**at, "kid": "' OR 1=1 --"})
    yield "no kid", resigned(token, header={"kid": None})
    yield "crit", resigned(token, header={"crit": ["exp"]})
    yield "crit b64", resigned(token, header={"crit": ["b64"], "b64": False})
    yield "typ JWT", resigned(token, header={"typ": "JWT"})
    yield "typ rt+jwt", resigned(token, header={"typ": "rt+jwt"})
    yield "no typ", resigned(token, header={"typ": None})
    yield "other alg for our key", resigned(token, header={"alg": "ES384"})
    yield "other issuer", resigned(token, claims={"iss": "https://evil.example"})
    yield "no issuer", resigned(token, claims={"iss": None})
    yield "no audience", resigned(token, claims={"aud": None})
    yield "no exp", resigned(token, claims={"exp": None})
    yield "exp as text", resigned(token, claims={"exp": "never"})
    yield "exp in the past", resigned(token, claims={"exp": int(time.time()) - 10})
    yield "iat in the future", resigned(token, claims={"iat": int(time.time()) + 900})
    yield "sub as a number", resigned(token, claims={"sub": 7})
    yield "padding", f"{head}=.{body}.{signature}"
    yield "other alphabet", f"{head}.{body}.{signature[:-2]}+/"
    yield "space", f"{head}.{body}.{signature} "
    yield "changed signature", f"{head}.{body}.{signature[:-4]}AAAA"
    yield "two parts", f"{head}.{body}"
    yield "four parts", f"{token}.{signature}"
    yield "JSON serialization", json.dumps({"payload": body, "signature": signature})
    yield "nested deep", f"{_part(b'[' * 1500)}.{body}.{signature}"
    yield "empty", ""
