"""Refresh: rotation by one conditional UPDATE, the same successor inside the grace.

Two queries on the common path: the claim, then `minting.issue`'s one SELECT, which is
also the look at the revocations after the claim.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import UUIDField
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from config.errors import Unavailable
from tenants import admission
from tenants.admission import RestLoginNotAllowed, Target
from tokens import keyring, minting
from tokens.errors import (
    RefreshTokenReused,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
)
from tokens.jwts import RefreshToken
from tokens.keyring import KeyRing
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.revocations import Subject, subjects_of
from tokens.services import endings


@dataclass(frozen=True)
class Presented:
    """A genuine refresh token, taken apart."""

    kid: str
    sid: UUID
    generation: int
    client_id: str
    door: str
    idle_seconds: int
    token: str = field(repr=False)
    ring: KeyRing = field(repr=False)
    subjects: list[Subject] = field(repr=False)


def read(
    token: Any,
    *,
    ring: KeyRing | None = None,
) -> Presented:
    """Return what a refresh token says; raises `TokenInvalid` or `TokenExpired`.

    Takes the key ring from memory: `rotate` claims nothing under one that has moved.
    """
    known = ring or keyring.recent()
    try:
        claims, kid = RefreshToken.read(token, ring=known)
    except TokenInvalid:
        newer = keyring.current()
        if newer is known:
            raise
        return read(token, ring=newer)
    return Presented(
        kid=kid,
        sid=UUID(claims["sid"]),
        generation=claims["gen"],
        client_id=claims["client_id"],
        door=claims["door"],
        idle_seconds=claims["idle"],
        token=token,
        ring=known,
        subjects=subjects_of({**claims, "jti": None}),
    )


def refresh(
    token: Any,
    *,
    client_id: str | None = None,
    audience: str | None = None,
) -> TokenPair:
    """Exchange a refresh token at the REST door for the next pair.

    A repetition within `REFRESH_GRACE_SECONDS` gets the same successor. Anything older,
    or later, ends the session: `RefreshTokenReused`. Also raises `TokenInvalid`,
    `TokenExpired`, `TokenRevoked`, `RestLoginNotAllowed`, and `InvalidInput` for an
    audience that the application may not ask for; none of these uses the token up.
    `Unavailable` asks to come back with the same token: the grace then begins anew.
    """
    presented = read(token)
    if presented.door != Session.Door.REST:
        raise RestLoginNotAllowed("This session refreshes at /oauth/token.")
    if client_id is not None and client_id != presented.client_id:
        raise TokenInvalid("The token belongs to another application.")
    target = _asked_for(presented, audience) if audience is not None else None
    return exchange(presented, target)


def exchange(
    presented: Presented,
    target: Target | None,
) -> TokenPair:
    """Exchange a token that its door has looked at; raises as `refresh` does."""
    minting.settle(presented.subjects)
    if not rotate(presented):
        presented = read(presented.token, ring=keyring.current())  # its key, still?
        if not rotate(presented):
            _repeated_or_refused(presented)
    return _issue(presented, target)


def _asked_for(
    presented: Presented,
    audience: str,
) -> Target:
    application = admission.application_for(presented.client_id)
    return admission.target_of(application, audience)


_ROTATE = """
UPDATE tokens_session
SET generation = generation + 1, issued_at = %s, rotated_at = %s, idle_expires_at = %s
WHERE sid = %s AND generation = %s AND revoked_at IS NULL
  AND expires_at > %s AND idle_expires_at > %s
  AND EXISTS (SELECT 1 FROM tokens_feed
              WHERE id = 1 AND feed_id = %s AND keys_version = %s)
"""


_writing = threading.Lock()
_TURN_SECONDS = 5.0


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn to write, where the database has one writer at a time.

    SQLite lets who comes second sleep and try again, in no order; a lock wakes the next at
    once. Who holds a transaction has the turn already; who waited in vain goes on without.
    """
    queues = connection.vendor == "sqlite" and not connection.in_atomic_block
    mine = queues and _writing.acquire(timeout=_TURN_SECONDS)
    try:
        yield
    finally:
        if mine:
            _writing.release()


def rotate(presented: Presented) -> bool:
    """Claim the generation presented; True for exactly one of any number of callers.

    False also where the key ring moved since the token was read under it.
    """
    with _turn():
        return _claimed(presented)


def _claimed(presented: Presented) -> bool:
    """Run the UPDATE, written by hand as `tokens.standing` is and for the same reason."""
    now = timezone.now()
    idle = now + timedelta(seconds=presented.idle_seconds)
    moment = connection.ops.adapt_datetimefield_value
    key = UUIDField().get_db_prep_value(presented.sid, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            _ROTATE,
            [
                *(int(time.time()), moment(now), moment(idle)),
                *(key, presented.generation, moment(now), moment(now)),
                *(presented.ring.feed_id, presented.ring.version),
            ],
        )
        return bool(cursor.rowcount)


def _issue(
    presented: Presented,
    target: Target | None,
) -> TokenPair:
    """Mint, and end the session where its standing is lost, so that it stays so."""
    try:
        pair = minting.issue(presented.sid, target=target)
    except TokenRevoked as refusal:
        end_lost(presented.sid, outcome=refusal.detail)
        raise
    except Unavailable:
        Session.objects.filter(
            sid=presented.sid, generation=presented.generation + 1, revoked_at=None
        ).update(rotated_at=timezone.now())
        raise
    if presented.kid not in keyring.at(pair.standing.state).verifying:
        raise TokenInvalid("The key that signed this token was revoked.")
    return pair


def end_lost(
    sid: UUID,
    *,
    outcome: str,
) -> None:
    """End a session whose standing was lost while it still looked alive."""
    with transaction.atomic():
        mine = Session.objects.filter(sid=sid)
        for session in endings.hold(mine):
            record(
                Action.SESSION_ENDED,
                acting=None,
                target=session.login.user,
                tenant_id=session.application.tenant_id,
                outcome=outcome,
                details={"sid": str(sid)},
            )
        endings.end_sessions(mine, reason=Action.SESSION_ENDED)


def _repeated_or_refused(presented: Presented) -> None:
    """Return for a repetition inside the grace; else say why the claim failed."""
    session = Session.objects.filter(sid=presented.sid).first()
    if session is None:
        raise TokenInvalid("There is no such session.")
    if session.revoked_at is not None:
        raise TokenRevoked
    now = timezone.now()
    if now >= min(session.expires_at, session.idle_expires_at):
        raise TokenExpired
    behind = session.generation - presented.generation
    age = now - session.rotated_at
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    if behind == 1 and age <= grace:
        return
    if behind < 1:
        raise TokenInvalid("The token is ahead of its session.")
    _end_reused(session.sid)
    raise RefreshTokenReused


def _end_reused(sid: UUID) -> None:
    with transaction.atomic():
        mine = Session.objects.filter(sid=sid)
        for session in endings.hold(mine):
            record(
                Action.REFRESH_REUSED,
                acting=session.application,
                target=session.login.user,
                tenant_id=session.application.tenant_id,
                succeeded=False,
                outcome="an old refresh token came back; the session was ended",
                details={"sid": str(sid)},
            )
        endings.end_sessions(mine, reason=Action.REFRESH_REUSED)
