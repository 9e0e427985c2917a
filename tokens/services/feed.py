"""The feed as its followers read it (design section 5, "The feed")."""

import os
import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from tokens import feed
from tokens.errors import CursorGone, CursorMalformed
from tokens.models import Feed, Revocation

PAGE = 1000
_CURSOR = re.compile(r"([A-Za-z0-9_-]{1,22})\.([0-9]{1,18})")


@dataclass(frozen=True)
class Page:
    """One page of the feed, as sent."""

    data: list[dict[str, Any]]
    next_cursor: str
    has_more: bool


def etag(state: feed.State) -> str:
    """Return the weak validator of everything the feed says at a state."""
    return f'W/"{state.feed_id}.{state.number}"'


def position(
    cursor: str | None,
    state: feed.State,
) -> int:
    """Return the number that a cursor stands at.

    Raises `CursorMalformed`, or `CursorGone` for another feed or a number ahead of ours.
    """
    if cursor is None:
        return 0
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise CursorMalformed
    if match[1] != state.feed_id or int(match[2]) > state.number:
        raise CursorGone
    return int(match[2])


def page(
    after: int,
    state: feed.State,
) -> Page:
    """Return the live rows behind `after`, a thousand at most, in order.

    Those behind `state` too: one that was replaced meanwhile stands only there.
    """
    rows = Revocation.objects.filter(
        number__gt=after, expires_at__gt=timezone.now()
    ).order_by("number")
    found = list(rows[: PAGE + 1])
    has_more = len(found) > PAGE
    found = found[:PAGE]
    last = found[-1].number if found else 0
    if not has_more:
        last = max(last, state.number)
    return Page(
        data=[
            {
                "kind": row.kind,
                "subject": row.subject,
                "issued_before": row.issued_before,
                "expires_at": row.expires_at.isoformat().replace("+00:00", "Z"),
            }
            for row in found
        ],
        next_cursor=f"{state.feed_id}.{last}",
        has_more=has_more,
    )


def restart_feed(*, acting_user: User | None) -> str:
    """Give the feed a new id, after a database was restored; followers begin again."""
    new_id = feed.digest_text(os.urandom(9))
    feed.read()
    with transaction.atomic():
        Feed.objects.filter(id=1).update(feed_id=new_id)
        record(Action.FEED_RESTARTED, acting=acting_user)
    return new_id
