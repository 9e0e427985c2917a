"""The public keys of applications that prove themselves by one (RFC 7523).

An application's own `jwks`, else what its `jwks_uri` answers: kept in this process for
five minutes, asked again for an unknown `kid` at most twice a minute, by one thread. Where
it does not answer, the last good keys serve for a day.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from config import outbound
from tenants.models import Application

FRESH_SECONDS = 300.0
UNKNOWN_SECONDS = 30.0
FAILED_SECONDS = 10.0
KEPT_SECONDS = 86400.0
MOST_KEYS = 20
_MOST_SOURCES = 1000
_WAIT_SECONDS = 6.0  # a little longer than a call may take
_LONGEST_MEMBER = 1400  # of an RSA modulus of 8192 bits
_LONGEST_EXPONENT = 8  # a greater one costs whoever verifies
_RSA_BITS = range(2048, 8193)
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_FITTING = {
    "RSA": frozenset({"RS256", "PS256"}),
    "EC": frozenset({"ES256"}),
    "OKP": frozenset({"EdDSA"}),
}
_CURVES = {"RSA": None, "EC": "P-256", "OKP": "Ed25519"}
_PARSERS: dict[str, Any] = {
    "RSA": RSAAlgorithm,
    "EC": ECAlgorithm,
    "OKP": OKPAlgorithm,
}
ALGORITHMS = frozenset().union(*_FITTING.values())


@dataclass(frozen=True)
class PublicKey:
    """A key that may have signed; `kid` is "" where it has none."""

    kid: str
    algorithms: frozenset[str]
    key: RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


def candidates(
    application: Application,
    *,
    kid: str,
    algorithm: str,
) -> list[PublicKey]:
    """Return the keys with which a signature may have been made; none is none.

    May ask `jwks_uri`: never inside a transaction. With a `kid` it is the one named so,
    or those without a name.
    """
    if application.jwks is not None:
        keys = suitable(application.jwks)
    elif application.jwks_uri:
        keys = remote(
            application.pk,
            application.jwks_uri,
            kid=kid,
            owner=str(application.tenant_id),
        )
    else:
        keys = []
    return [key for key in named(keys, kid) if algorithm in key.algorithms]


def named(
    keys: Iterable[PublicKey],
    kid: str,
) -> list[PublicKey]:
    """Return the keys that a `kid` may name: those without a name too; "" names all."""
    return [key for key in keys if not kid or key.kid in (kid, "")]


def suitable(document: Any) -> list[PublicKey]:
    """Return the keys of a JWKS that we trust a signature of; the others are passed over.

    Symmetric, private and short ones, other curves, and those for encryption are others.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    rows = listed[:MOST_KEYS] if isinstance(listed, list) else []
    return [key for key in map(_parsed, rows) if key is not None]


def _parsed(jwk: Any) -> PublicKey | None:
    if not isinstance(jwk, dict) or _PRIVATE & set(jwk):
        return None
    kty, kid, alg = jwk.get("kty"), jwk.get("kid", ""), jwk.get("alg")
    if not isinstance(kty, str) or kty not in _FITTING or not isinstance(kid, str):
        return None
    algorithms = _FITTING[kty] if alg is None else _FITTING[kty] & {str(alg)}
    operations = jwk.get("key_ops", ["verify"])
    verifies = isinstance(operations, list) and "verify" in operations
    if not algorithms or not verifies or jwk.get("use", "sig") != "sig":
        return None
    members = (jwk.get(name, "") for name in ("n", "e", "x", "y"))
    if any(not isinstance(m, str) or len(m) > _LONGEST_MEMBER for m in members):
        return None
    if jwk.get("crv") != _CURVES[kty] or len(jwk.get("e", "")) > _LONGEST_EXPONENT:
        return None
    try:
        key = _PARSERS[kty].from_jwk(jwk)
    except Exception:  # whatever a library says of a broken key
        return None
    if isinstance(key, RSAPublicKey) and key.key_size not in _RSA_BITS:
        return None
    return PublicKey(kid, algorithms, key)


@dataclass
class _Kept:
    """What one `jwks_uri` answered, and when; times are of the monotonic clock."""

    uri: str
    keys: list[PublicKey] | None = None
    fetched_at: float = 0.0
    tried_at: float = float("-inf")
    failed: bool = False
    asking: threading.Lock = field(default_factory=threading.Lock)

    def known(self, kid: str) -> list[PublicKey]:
        """Return the keys that may still be used for a `kid`."""
        if self.keys is None or time.monotonic() - self.fetched_at > KEPT_SECONDS:
            return []
        return named(self.keys, kid)

    def wants_asking(self, kid: str) -> bool:
        """Tell whether to ask now: too old, or of an unknown `kid`, and not just tried."""
        now = time.monotonic()
        pause = FAILED_SECONDS if self.failed else UNKNOWN_SECONDS
        if now - self.tried_at < pause:
            return False
        stale = self.keys is None or now - self.fetched_at > FRESH_SECONDS
        return stale or not self.known(kid)


_kept: OrderedDict[UUID, _Kept] = OrderedDict()
_lock = threading.Lock()
# Who waits for another's call holds a thread.
_waiters = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 4))


def remote(
    source_id: UUID,
    uri: str,
    *,
    kid: str,
    owner: str = "",
) -> list[PublicKey]:
    """Return the keys that an address answers with, and that `kid` may name.

    `source_id` is whose address it is: an application, or whatever else has one. `owner`
    is as in `outbound.Bounds`. Never called inside a transaction.
    """
    with _lock:
        kept = _kept.get(source_id)
        if kept is None or kept.uri != uri:
            kept = _kept[source_id] = _Kept(uri)
        _kept.move_to_end(source_id)
        if len(_kept) > _MOST_SOURCES:
            _kept.popitem(last=False)
    if not kept.wants_asking(kid):
        return kept.known(kid)
    if kept.asking.acquire(blocking=False):
        try:
            if kept.wants_asking(kid):
                _ask(kept, owner)
        finally:
            kept.asking.release()
    elif not kept.known(kid) and _waiters.acquire(blocking=False):
        try:
            if kept.asking.acquire(timeout=_WAIT_SECONDS):
                kept.asking.release()
        finally:
            _waiters.release()
    return kept.known(kid)


def _ask(
    kept: _Kept,
    owner: str,
) -> None:
    """Ask, and note that it was: not before the end, or others would not wait for it."""
    keys = None
    try:
        keys = asked(kept.uri, owner)
    finally:
        now = time.monotonic()
        kept.failed = keys is None
        if keys is not None:
            kept.keys, kept.fetched_at = keys, now
        kept.tried_at = now


def asked(
    uri: str,
    owner: str = "",
) -> list[PublicKey] | None:
    """Return the keys at an address, asked now; None unless it answers with a JWKS."""
    accepted = {"Accept": "application/jwk-set+json, application/json"}
    try:
        bounds = outbound.Bounds(owner=owner)
        reply = outbound.fetch("GET", uri, headers=accepted, bounds=bounds)
        document = json.loads(reply.body)
    except (outbound.OutboundRefused, ValueError, RecursionError):
        return None
    listed = document.get("keys") if isinstance(document, dict) else None
    if reply.status != 200 or not isinstance(listed, list):
        return None
    return suitable(document)


def forget() -> None:
    """Drop what is kept (tests)."""
    _kept.clear()
