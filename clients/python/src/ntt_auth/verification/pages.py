"""A page of the revocation feed, read strictly, and what of a token it can name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from math import ceil
from typing import Any

from ntt_auth.jose.encoding import decode, read_object
from ntt_auth.verification.table import FOR_GOOD, SUBJECT, Subject

KINDS = ("session", "token", "user", "membership", "application", "tenant", "key")
_MOST_CURSOR = 1024
_MOST_NUMBER = FOR_GOOD - 1


@dataclass(frozen=True)
class Page:
    """Rows in their order, each a subject, a limit and an end (Unix seconds)."""

    rows: list[tuple[Subject, int, int]]
    cursor: str
    has_more: bool


def subject_of(
    kind: str,
    identity: str,
) -> bytes:
    """Return what a row about this carries: of SHA-256 of `kind:identity` 16 bytes."""
    return sha256(f"{kind}:{identity}".encode()).digest()[:16]


_often = lru_cache(maxsize=1024)(subject_of)  # few applications, tenants and keys


def subjects_of(
    claims: Mapping[str, Any],
    kid: str,
) -> bytes:
    """Return everything by which a token with these claims could be revoked."""
    tenant, sub, sid = claims.get("tenant"), claims["sub"], claims.get("sid")
    found = [
        subject_of("token", claims["jti"]),
        subject_of("user", sub),
        _often("application", claims["client_id"]),
        _often("key", kid),
    ]
    if sid:
        found.append(subject_of("session", sid))
    if tenant:
        found.append(_often("tenant", tenant))
        found.append(subject_of("membership", f"{tenant}:{sub}"))
    return b"".join(found)


def read_page(body: bytes) -> Page:
    """Return a page; raises `ValueError`, `KeyError` or `TypeError` if it is none.

    A row of a kind that is not known here is passed over: no token can be named by it.
    """
    found = read_object(body)
    cursor, has_more, data = found["next_cursor"], found["has_more"], found["data"]
    if not isinstance(cursor, str) or not 0 < len(cursor) <= _MOST_CURSOR:
        raise ValueError("next_cursor")
    if not isinstance(has_more, bool) or not isinstance(data, list):
        raise ValueError("has_more, data")
    if has_more and not data:
        raise ValueError("an empty page with more behind it")
    rows = [_row(row) for row in data]
    return Page([row for row in rows if row is not None], cursor, has_more)


def _row(row: dict[str, Any]) -> tuple[Subject, int, int] | None:
    kind, limit = row["kind"], row["issued_before"]
    digest = decode(row["subject"])
    if not isinstance(kind, str) or len(digest) != 16:
        raise ValueError("kind, subject")
    if limit is None:
        limit = FOR_GOOD
    elif type(limit) is int:
        limit = min(max(limit, 0), _MOST_NUMBER)
    else:
        raise ValueError("issued_before")
    end = _moment(row["expires_at"])
    return (SUBJECT.unpack(digest), limit, end) if kind in KINDS else None


def _moment(text: Any) -> int:
    """Return an RFC 3339 time as Unix seconds, rounded up."""
    if not isinstance(text, str):
        raise ValueError("expires_at")
    if text.endswith(("Z", "z")):  # which Python 3.10 does not read
        text = f"{text[:-1]}+00:00"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("expires_at")
    return min(max(ceil(moment.timestamp()), 1), _MOST_NUMBER)
