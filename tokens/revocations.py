"""The blacklist: how a row is written, and how a token is held against all of them.

Every worker keeps the live rows in memory (`Snapshot`) and loads what is new when the
feed's number moved, so that a check costs a few dictionary look-ups.
"""

import hashlib
import math
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from tokens import feed
from tokens.models import Revocation

Kind = Revocation.Kind
Subject = tuple[str, str]
Rows = dict[Subject, int | None]

ABSOLUTE = frozenset({Kind.SESSION, Kind.TOKEN, Kind.KEY})
LEEWAY_SECONDS = 60  # what verifiers may grant past `exp`, and then some
KEY_LIVES = timedelta(hours=48)  # a verifier may keep a key for a day without our JWKS
NEVER = -1  # no token was issued before it


def subject_of(
    kind: str,
    identity: str,
) -> str:
    """Return the digest under which `identity` stands in the feed (design section 5)."""
    digest = hashlib.sha256(f"{kind}:{identity}".encode()).digest()
    return feed.digest_text(digest[:16])


def subjects_of(
    claims: Mapping[str, Any],
    kid: str = "",
) -> list[Subject]:
    """Return everything that a revocation of a token with these claims could name."""
    tenant, sub = claims.get("tenant"), claims.get("sub")
    named = [
        (Kind.SESSION, claims.get("sid")),
        (Kind.TOKEN, claims.get("jti")),
        (Kind.USER, sub),
        (Kind.MEMBERSHIP, f"{tenant}:{sub}" if tenant else None),
        (Kind.APPLICATION, claims.get("client_id")),
        (Kind.TENANT, tenant),
        (Kind.KEY, kid or None),
    ]
    return [(kind.value, subject_of(kind, name)) for kind, name in named if name]


@dataclass(frozen=True)
class Entry:
    """One thing to refuse: `identity` is the plain id, digested when written."""

    kind: str
    identity: str


def write(
    entries: Iterable[Entry],
    *,
    reason: str,
) -> None:
    """Add rows; the last thing that a transaction does.

    Session, token and key rows refuse for good. The others refuse `iat` up to the
    database's time, rounded up, plus a second of skew between our nodes. A row replaces
    an earlier one of the same subject.
    """
    wanted = {(e.kind, subject_of(e.kind, e.identity)) for e in entries}
    if not wanted:
        return
    with transaction.atomic():
        last = feed.advance(len(wanted))
        now = feed.database_seconds()
        limit = math.ceil(now) + 1
        lives = settings.ACCESS_TOKEN_MAX_SECONDS + LEEWAY_SECONDS
        moment = datetime.fromtimestamp(now, UTC)
        until = moment + timedelta(seconds=lives)
        rows = [
            Revocation(
                number=last - offset,
                kind=kind,
                subject=subject,
                issued_before=None if kind in ABSOLUTE else limit,
                expires_at=(
                    max(until, moment + KEY_LIVES) if kind == Kind.KEY else until
                ),
                reason=reason,
            )
            for offset, (kind, subject) in enumerate(sorted(wanted))
        ]
        _drop_replaced(wanted)
        Revocation.objects.bulk_create(rows, batch_size=500)


def _drop_replaced(wanted: set[Subject]) -> None:
    by_kind: dict[str, list[str]] = {}
    for kind, subject in wanted:
        by_kind.setdefault(kind, []).append(subject)
    for kind, subjects in by_kind.items():
        for start in range(0, len(subjects), 500):
            batch = subjects[start : start + 500]
            Revocation.objects.filter(kind=kind, subject__in=batch).delete()


@dataclass
class Snapshot:
    """The live rows in this process; thread-safe."""

    feed_id: str = ""
    number: int = 0
    rows: Rows = field(default_factory=dict)
    expiries: dict[Subject, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def follow(self, state: feed.State) -> None:
        """Load what was written since the last look; free when nothing was."""
        if (self.feed_id, self.number) == (state.feed_id, state.number):
            return
        with self.lock:
            if not self._leads_to(state):
                state = feed.read()  # ours is newer if another thread was faster
            if not self._leads_to(state):
                rows, expiries = self._load({}, {}, 0)  # others read the old ones
            else:
                rows, expiries = self._load(self.rows, self.expiries, self.number)
            self.rows, self.expiries = rows, expiries
            self.feed_id, self.number = state.feed_id, state.number

    def _leads_to(self, state: feed.State) -> bool:
        known = self.feed_id in ("", state.feed_id)
        return known and self.number <= state.number

    def forget(self) -> None:
        """Drop everything (tests, and after a restored database)."""
        with self.lock:
            self.feed_id, self.number, self.rows, self.expiries = "", 0, {}, {}

    def _load(
        self,
        rows: Rows,
        expiries: dict[Subject, float],
        after: int,
    ) -> tuple[Rows, dict[Subject, float]]:
        """Add all rows behind `after`; one may have moved there since the state was read."""
        now = time.time()
        fresh = Revocation.objects.filter(
            number__gt=after, expires_at__gt=datetime.fromtimestamp(now, UTC)
        ).values_list("kind", "subject", "issued_before", "expires_at")
        for kind, subject, issued_before, expires_at in fresh.iterator(2000):
            rows[kind, subject] = issued_before
            expiries[kind, subject] = expires_at.timestamp()
        for key in [k for k, until in expiries.items() if until < now]:
            rows.pop(key, None)
            expiries.pop(key, None)
        return rows, expiries

    def refusal(
        self,
        subjects: Iterable[Subject],
        issued_at: int,
    ) -> float | None:
        """Return until which `iat` these subjects are refused, or None.

        `math.inf` means for good.
        """
        rows = self.rows
        if not rows:
            return None
        worst: float | None = None
        for subject in subjects:
            limit = rows.get(subject, NEVER)
            if limit is None:
                return math.inf
            if issued_at <= limit:
                worst = max(worst or 0, limit)
        return worst


snapshot = Snapshot()
