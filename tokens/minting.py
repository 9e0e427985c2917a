"""THE place where tokens are made. Nothing else signs one.

Whoever wants one (login, refresh, and later the code, device and client grants) first
writes the session, then calls `issue`. It reads the standing afresh, after that write,
so an ending either is seen here and refuses, or comes later and leaves a revocation
that catches the token's `iat` (design section 5, "Minting never races with an ending").
"""

import hashlib
import math
import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from config.errors import Forbidden, Unavailable
from tenants.admission import Target
from tenants.models import Application
from tokens import feed, keyring, standing
from tokens.errors import TokenRevoked
from tokens.jwts import AccessToken, RefreshToken
from tokens.models import Session
from tokens.revocations import Subject, snapshot, subjects_of
from tokens.standing import Standing

WAIT_AT_MOST_SECONDS = 3.5
LONGEST = 8000  # characters of an access token: it travels in a header line of 8 KiB
_ATTEMPTS = 2
# Who waits holds a thread: a tenant that changes roles all day must not hold them all.
_waiters = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 4))
ACR = {False: "aal1", True: "aal2"}


@dataclass(frozen=True)
class TokenPair:
    """What a client gets; times are in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    scope: str
    standing: Standing

    def response(self) -> dict[str, Any]:
        """Return the token response of design section 6."""
        person = self.standing
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "refresh_token": self.refresh_token,
            "refresh_expires_in": self.refresh_expires_in,
            "scope": self.scope,
            "user": {
                "id": str(person.user_id),
                "email": person.email,
                "email_verified": person.email_verified,
                "name": person.name,
            },
        }


@dataclass(frozen=True)
class ServiceToken:
    """What an application gets for itself; the time is in seconds."""

    access_token: str
    expires_in: int
    scope: str


def issue(
    sid: Any,
    *,
    target: Target | None = None,
) -> TokenPair:
    """Return the tokens of a session at its present generation, or refuse.

    `target` None is the session's own audience. Where a revocation of a moment ago
    would catch the new tokens (a role change, a re-enabled user), this waits until the
    clock is past it, and looks once more.

    Raises `TokenRevoked` when anything that the session hangs from has ended, `Forbidden`
    where an access token has no room for what it must say, and
    `Unavailable` when it keeps changing or too many wait already: ask again shortly.
    """
    for left in reversed(range(_ATTEMPTS)):
        present = standing.read(sid)
        present.require_in_force()
        if present.door == Session.Door.BROWSER:
            raise TokenRevoked("A browser's session hands out no tokens.")
        claims = _access_claims(present, target or present.target)
        snapshot.follow(present.state)
        limit = snapshot.refusal(subjects_of(claims), present.issued_at)
        if limit is None:
            return _signed(present, claims)
        if math.isinf(limit):
            raise TokenRevoked
        if left:
            _wait_out(present, limit)
    raise Unavailable("The session's standing keeps changing.", retry_after=2)


def issue_to(
    application: Application,
    target: Target,
) -> ServiceToken:
    """Return an access token of an application itself (RFC 6749 section 4.4, RFC 9068).

    The caller has just seen it authenticate. A suspension that comes between leaves a
    revocation that catches the `iat`; who waits for that to be past looks whether it
    stands again. Raises `TokenRevoked`, `Unavailable`.
    """
    for left in reversed(range(_ATTEMPTS)):
        state, now = feed.read(), int(time.time())
        wanted = application.access_seconds
        lives = min(wanted, settings.ACCESS_TOKEN_MAX_SECONDS)
        claims = {
            "iss": settings.ISSUER,
            "sub": application.client_id,
            "aud": target.audience,
            "exp": now + lives,
            "iat": now,
            "jti": feed.digest_text(os.urandom(16)),
            "client_id": application.client_id,
            "scope": target.scope,
            "tenant": str(application.tenant_id),
        }
        snapshot.follow(state)
        limit = snapshot.refusal(subjects_of(claims), now)
        if limit is None:
            made = AccessToken.carrying(claims)
            algorithm = application.signing_algorithm
            text = _short(made.signed(algorithm=algorithm, ring=keyring.at(state)))
            return ServiceToken(text, lives, target.scope)
        if math.isinf(limit):
            raise TokenRevoked
        if left:
            _wait_until_past(limit)
            _require_standing(application)
    raise Unavailable("The application's standing keeps changing.", retry_after=2)


def _require_standing(application: Application) -> None:
    rows = Application.objects.filter(pk=application.pk, suspended_at=None)
    if not rows.filter(tenant__suspended_at=None).exists():
        raise TokenRevoked("The application is suspended.")


def settle(subjects: list[Subject]) -> None:
    """Wait out what this process knows would catch a token of these subjects made now.

    Before a refresh is claimed: what it raises (`Unavailable`) uses nothing up.
    """
    limit = snapshot.refusal(subjects, int(time.time()))
    if limit is not None and not math.isinf(limit):
        _wait_until_past(limit)


def _wait_until_past(limit: float) -> None:
    pause = limit + 1 - time.time()
    if pause > WAIT_AT_MOST_SECONDS:  # only where the clocks of our nodes disagree
        raise Unavailable("A recent change is still settling.", retry_after=5)
    if not _waiters.acquire(blocking=False):
        raise Unavailable("A recent change is still settling.", retry_after=2)
    try:
        time.sleep(max(pause, 0))
    finally:
        _waiters.release()


def _wait_out(
    present: Standing,
    limit: float,
) -> None:
    """Wait until `iat` can be past `limit`, and note the new `iat` in the session."""
    _wait_until_past(limit)
    Session.objects.filter(
        sid=present.sid,
        generation=present.generation,
        issued_at=present.issued_at,
        revoked_at=None,
    ).update(issued_at=int(time.time()))


def _access_claims(
    present: Standing,
    target: Target,
) -> dict[str, Any]:
    ends = min(present.expires_at, present.idle_expires_at)
    if present.member_until is not None:
        ends = min(ends, present.member_until)
    lives = min(present.issued_at + present.access_seconds, int(ends.timestamp()))
    name = f"{present.sid}.{present.generation}.{present.issued_at}.{target.audience}"
    return {
        "iss": settings.ISSUER,
        "sub": str(present.user_id),
        "aud": target.audience,
        "exp": lives,
        "iat": present.issued_at,
        "jti": feed.digest_text(hashlib.sha256(name.encode()).digest()[:16]),
        "client_id": present.client_id,
        "scope": target.scope,
        "sid": str(present.sid),
        "tenant": str(present.tenant_id),
        "roles": list(present.roles),
        "permissions": _permissions(present, target),
        "auth_time": int(present.auth_time.timestamp()),
        "amr": list(present.amr),
        "acr": ACR["mfa" in present.amr],
    }


def _permissions(
    present: Standing,
    target: Target,
) -> list[str]:
    """Return what the member's roles allow at an API of their own tenant.

    Another tenant's API gets none: whoever names them here has no say there.
    """
    is_own = target.api_id is not None and not target.is_shared
    return list(present.permissions) if is_own else []


def _short(token: str) -> str:
    """Return an access token that fits into a header; raises `Forbidden`."""
    if len(token) > LONGEST:
        raise Forbidden(
            "The scope, roles and permissions are more than a token has room for."
        )
    return token


def _signed(
    present: Standing,
    claims: dict[str, Any],
) -> TokenPair:
    ring = keyring.at(present.state)
    ends = min(present.expires_at, present.idle_expires_at)
    refresh = {
        "iss": settings.ISSUER,
        "sub": claims["sub"],
        "tenant": claims["tenant"],
        "aud": settings.ISSUER,
        "exp": int(ends.timestamp()),
        "iat": present.issued_at,
        "jti": f"{present.sid}.{present.generation}",
        "sid": str(present.sid),
        "gen": present.generation,
        "client_id": present.client_id,
        "door": present.door,
        "idle": present.idle_seconds,
    }
    now = time.time()
    access = AccessToken.carrying(claims)
    return TokenPair(
        access_token=_short(access.signed(algorithm=present.algorithm, ring=ring)),
        expires_in=max(int(claims["exp"] - now), 0),
        refresh_token=RefreshToken.carrying(refresh).signed(
            algorithm="ES256", ring=ring
        ),
        refresh_expires_in=max(int(refresh["exp"] - now), 0),
        scope=claims["scope"],
        standing=present,
    )
