"""The key ring in memory: parsed once, read again when its version moves.

A key verifies while it is pending, active or retired; only active ones sign. HS* and
`none` cannot be in the ring: `ALGORITHMS` is all there is (RFC 8725 section 3.1).
"""

import base64
import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.utils import timezone
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from config.encryption import decrypt, encrypt
from config.errors import Unavailable
from tokens import feed
from tokens.models import SigningKey

ALGORITHMS = ("ES256", "RS256", "EdDSA")
_THUMBPRINT = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
    "OKP": ("crv", "kty", "x"),
}


@dataclass(frozen=True)
class Key:
    """One parsed key; `private` is None unless it signs."""

    kid: str
    algorithm: str
    public: Any
    private: Any = None


@dataclass(frozen=True)
class KeyRing:
    """All keys at one version, and the JWKS document as it is sent."""

    version: int
    feed_id: str
    signing: dict[str, Key]
    verifying: dict[str, Key]
    jwks: bytes
    etag: str

    def signer(self, algorithm: str) -> Key:
        """Return the active key of an algorithm; raises `Unavailable` without one."""
        key = self.signing.get(algorithm)
        if key is None:
            raise Unavailable(f"There is no active {algorithm} signing key.")
        return key


def generate(algorithm: str) -> tuple[dict[str, Any], str]:
    """Make a key pair; return the public JWK with its `kid`, and the encrypted PEM."""
    private: Any
    if algorithm == "ES256":
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    elif algorithm == "RS256":
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    elif algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
        jwk = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        raise ValueError(f"{algorithm} is none of {ALGORITHMS}")
    jwk.pop("key_ops", None)
    jwk |= {"use": "sig", "alg": algorithm, "kid": thumbprint(jwk)}
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return jwk, encrypt(pem.decode())


def thumbprint(jwk: dict[str, Any]) -> str:
    """Return the digest of a public JWK that RFC 7638 defines, by SHA-256."""
    members = {name: jwk[name] for name in _THUMBPRINT[jwk["kty"]]}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return feed.digest_text(hashlib.sha256(canonical.encode()).digest())


def _public(jwk: dict[str, Any]) -> Any:
    parser: Any = {"EC": ECAlgorithm, "RSA": RSAAlgorithm, "OKP": OKPAlgorithm}
    return parser[jwk["kty"]].from_jwk(jwk)


def _private(sealed: str) -> PrivateKeyTypes:
    # We made it, and sealed it against changes: checking its primes again takes 36 ms.
    return serialization.load_pem_private_key(
        decrypt(sealed).encode(), password=None, unsafe_skip_rsa_key_validation=True
    )


def _published(row: SigningKey) -> bool:
    """Verifiers need a retired key only while access tokens made with it can live."""
    needed = timedelta(seconds=settings.ACCESS_TOKEN_MAX_SECONDS, hours=1)
    return row.retired_at is None or row.retired_at > timezone.now() - needed


def load(state: feed.State) -> KeyRing:
    """Read and parse every key that is not revoked."""
    rows = SigningKey.objects.exclude(state=SigningKey.State.REVOKED).order_by("id")
    signing: dict[str, Key] = {}
    verifying: dict[str, Key] = {}
    for row in rows:
        active = row.state == SigningKey.State.ACTIVE
        private = _private(row.private_key) if active else None
        key = Key(row.kid, row.algorithm, _public(row.public_jwk), private)
        verifying[row.kid] = key
        if active:
            signing[row.algorithm] = key
    # Verifiers read the first hundred: those that sign now and next stand first.
    shown = sorted(
        (row for row in reversed(rows) if _published(row)),
        key=lambda row: row.retired_at is not None,
    )
    document = json.dumps({"keys": [row.public_jwk for row in shown]}).encode()
    etag = base64.urlsafe_b64encode(hashlib.sha256(document).digest()[:12]).decode()
    return KeyRing(
        version=state.keys_version,
        feed_id=state.feed_id,
        signing=signing,
        verifying=verifying,
        jwks=document,
        etag=f'"{etag}"',
    )


_lock = threading.Lock()
_ring: KeyRing | None = None


def at(state: feed.State) -> KeyRing:
    """Return the ring of a state, from memory unless its version moved."""
    global _ring
    ring = _ring
    wanted = (state.feed_id, state.keys_version)
    if ring is None or (ring.feed_id, ring.version) != wanted:
        with _lock:
            ring = _ring
            if ring is None or (ring.feed_id, ring.version) != wanted:
                ring = _ring = load(state)
    return ring


def current() -> KeyRing:
    """Return the ring as it stands now; one query."""
    return at(feed.read())


def recent() -> KeyRing:
    """Return the ring in memory without asking whether it moved (see `refresh.read`)."""
    return _ring or current()


def forget() -> None:
    """Drop the ring from memory (tests, and after a restored database)."""
    global _ring
    _ring = None
