"""Signs anything with the keys for tests, the same bytes every time."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

NOW = 1_800_000_000
ISSUER = "https://id.example.com"
AUDIENCE = "https://api.example.com/orders"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")
FILE = Path(__file__).parent / "test-only-keys.json"
JWKS = {key["kid"]: key for key in json.loads(FILE.read_text())["keys"]}
ES, RS, ED, STRANGER = JWKS
PUBLIC = {
    kid: {name: value for name, value in jwk.items() if name not in PRIVATE}
    for kid, jwk in JWKS.items()
}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "ada",
    "client_id": "web",
    "jti": "one",
    "iat": NOW,
    "exp": NOW + 300,
    "scope": "orders:read",
}
OMIT = object()


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(value: Any) -> str:
    """Return a value as JSON, or bytes as they are, in base64url."""
    if isinstance(value, bytes):
        return encode(value)
    return encode(json.dumps(value, separators=(",", ":")).encode())


def changed(
    usual: dict[str, Any],
    changes: dict[str, Any],
) -> dict[str, Any]:
    """Return a dict with changes; what is OMIT is left out."""
    both = {**usual, **changes}
    return {name: value for name, value in both.items() if value is not OMIT}


def header(
    by: str = ES,
    **changes: Any,
) -> dict[str, Any]:
    """Return the header of a good token of this key, with changes."""
    usual = {"alg": JWKS[by]["alg"], "typ": "at+jwt", "kid": by}
    return changed(usual, changes)


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token, with changes."""
    return changed(CLAIMS, changes)


def token(
    head: Any = None,
    body: Any = None,
    by: str = ES,
) -> str:
    """Return a token with these parts (of a good token where None), signed by a key."""
    head = header(by) if head is None else head
    data = f"{part(head)}.{part(claims() if body is None else body)}"
    return f"{data}.{encode(sign(data.encode(), by))}"


def said(
    by: str = ES,
    **changes: Any,
) -> str:
    """Return a token of these claims."""
    return token(None, claims(**changes), by)


def raw(body: str) -> str:
    """Return a token whose claims are this text, after the members of a good one."""
    good = json.dumps(CLAIMS, separators=(",", ":"))
    return token(None, f"{good[:-1]},{body}}}".encode("utf-8", "surrogatepass"))


def sign(
    data: bytes,
    by: str,
) -> bytes:
    """Return the signature of a key over data (RFC 7518, RFC 8037; ES256 by RFC 6979)."""
    key = private(by)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return b"".join(n.to_bytes(32, "big") for n in numbers(data, by))


def numbers(
    data: bytes,
    by: str = ES,
) -> tuple[int, int]:
    """Return r and s of an ES256 signature."""
    key = private(by)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    fixed = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return decode_dss_signature(key.sign(data, fixed))


def private(
    kid: str,
) -> ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey:
    """Return a private key for tests."""
    jwk = JWKS[kid]
    if jwk["kty"] == "OKP":
        return ed25519.Ed25519PrivateKey.from_private_bytes(decode(jwk["d"]))
    number = {
        name: int.from_bytes(decode(jwk[name]), "big")
        for name in (*PRIVATE, "n", "e")
        if name in jwk
    }
    if jwk["kty"] == "EC":
        return ec.derive_private_key(number["d"], ec.SECP256R1())
    public = rsa.RSAPublicNumbers(number["e"], number["n"])
    secret = [number[name] for name in ("p", "q", "d", "dp", "dq", "qi")]
    return rsa.RSAPrivateNumbers(*secret, public).private_key()
