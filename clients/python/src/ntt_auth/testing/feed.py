"""The revocation feed as the server gives it (docs/integrating.md section 4)."""

import os
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from math import ceil, inf
from typing import Any

from ntt_auth.jose.encoding import encode

PAGE = 1000
FOR_GOOD = frozenset({"session", "token", "key"})
ROW_SECONDS = 3660  # the longest that an access token lives, and a minute
KEY_SECONDS = 48 * 3600
_CURSOR = re.compile(r"([A-Za-z0-9_-]{1,22})\.([0-9]{1,18})")


class CursorMalformed(Exception):
    """The cursor is none of ours."""


class CursorGone(Exception):
    """The cursor is of another feed, or ahead of this one."""


@dataclass(frozen=True)
class Row:
    """One subject that is refused: for good, or up to an `iat`."""

    number: int
    kind: str
    subject: str
    issued_before: int | None
    expires_at: float


class Feed:
    """The rows by their subjects; a later one replaces the earlier."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.number = 0
        self.latest = 0  # the latest `iat` of a token: a row reaches it
        self.restart()

    def restart(self) -> None:
        """Take another id, as after a restored database: every cursor is gone."""
        self.id = encode(os.urandom(9))

    def add(
        self,
        kind: str,
        identity: str,
        *,
        now: float,
    ) -> None:
        """Refuse a subject from now on."""
        self.number += 1
        subject = subject_of(kind, identity)
        self.rows[kind, subject] = Row(
            number=self.number,
            kind=kind,
            subject=subject,
            issued_before=None if kind in FOR_GOOD else max(ceil(now) + 1, self.latest),
            expires_at=now + (KEY_SECONDS if kind == "key" else ROW_SECONDS),
        )

    @property
    def tag(self) -> str:
        """The weak validator of everything that is said now."""
        return f'W/"{self.id}.{self.number}"'

    def position(self, cursor: str | None) -> int:
        """Return where a cursor stands; raises `CursorMalformed` or `CursorGone`."""
        if cursor is None:
            return 0
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise CursorMalformed
        if found[1] != self.id or int(found[2]) > self.number:
            raise CursorGone
        return int(found[2])

    def page(
        self,
        after: int,
        *,
        now: float,
    ) -> dict[str, Any]:
        """Return the living rows behind a number, a thousand at most."""
        rows = sorted(self.rows.values(), key=lambda row: row.number)
        found = [row for row in rows if row.number > after and row.expires_at > now]
        has_more = len(found) > PAGE
        found = found[:PAGE]
        return {
            "data": [_told(row) for row in found],
            "next_cursor": f"{self.id}.{found[-1].number if has_more else self.number}",
            "has_more": has_more,
        }

    def limit(
        self,
        claims: dict[str, Any],
        kid: str = "",
    ) -> float:
        """Return up to which `iat` these claims are refused: -1 never, inf for good."""
        worst = -1.0
        for subject in subjects_of(claims, kid):
            row = self.rows.get(subject)
            if row is not None:
                limit = row.issued_before
                worst = max(worst, inf if limit is None else limit)
        return worst


def subject_of(
    kind: str,
    identity: str,
) -> str:
    """Return the digest under which something stands in the feed."""
    return encode(sha256(f"{kind}:{identity}".encode()).digest()[:16])


def identities(
    claims: dict[str, Any],
    kid: str,
) -> dict[str, str]:
    """Return everything by which a token could be revoked, by kind."""
    tenant, sub = claims.get("tenant"), claims.get("sub")
    named = {
        "session": claims.get("sid"),
        "token": claims.get("jti"),
        "user": sub,
        "membership": f"{tenant}:{sub}" if tenant else None,
        "application": claims.get("client_id"),
        "tenant": tenant,
        "key": kid,
    }
    return {kind: name for kind, name in named.items() if name}


def subjects_of(
    claims: dict[str, Any],
    kid: str,
) -> list[tuple[str, str]]:
    """Return the subjects of the rows that would refuse a token."""
    return [(kind, subject_of(kind, n)) for kind, n in identities(claims, kid).items()]


def _told(row: Row) -> dict[str, Any]:
    moment = datetime.fromtimestamp(row.expires_at, timezone.utc)
    return {
        "kind": row.kind,
        "subject": row.subject,
        "issued_before": row.issued_before,
        "expires_at": moment.isoformat().replace("+00:00", "Z"),
    }
