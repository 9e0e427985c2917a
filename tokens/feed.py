"""The one row that tells every worker, in one cheap read, what moved.

`number` is the last revocation's, `keys_version` the key ring's. Read outside
transactions only: what a rollback takes back must never reach the snapshot.
"""

import base64
import os
import time
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from tokens.models import Feed


class State(NamedTuple):
    """Where the feed and the key ring stand."""

    feed_id: str
    number: int
    keys_version: int


def digest_text(raw: bytes) -> str:
    """Return bytes as unpadded base64url."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read() -> State:
    """Return the committed state; one query, no ORM (every API call makes it)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT feed_id, number, keys_version FROM tokens_feed WHERE id = 1"
        )
        row = cursor.fetchone()
    return State(*row) if row else _begin()


_BEGIN = """
INSERT INTO tokens_feed (id, feed_id, number, keys_version) VALUES (1, %s, 0, 0) {}
"""


def _begin() -> State:
    """Make the row unless another worker was first; MySQL then holds theirs for writing.

    A plain INSERT that fails would hold it for reading, and two of those deadlock.
    """
    mysql = connection.vendor == "mysql"
    or_else = "ON DUPLICATE KEY UPDATE id = 1" if mysql else "ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN.format(or_else), [digest_text(os.urandom(9))])
    return read()


def advance(by: int) -> int:
    """Take the next `by` numbers and return the last; holds the row to the commit.

    Must be the last thing a transaction does, so that number order is commit order.
    """
    if not Feed.objects.filter(id=1).update(number=F("number") + by):
        _begin()
        Feed.objects.filter(id=1).update(number=F("number") + by)
    return Feed.objects.values_list("number", flat=True).get(id=1)


def keys_moved() -> None:
    """Tell every worker to read the key ring again."""
    if not Feed.objects.filter(id=1).update(keys_version=F("keys_version") + 1):
        _begin()
        keys_moved()


def database_seconds() -> float:
    """Return the database's clock as Unix seconds; the nodes' clocks may differ."""
    if connection.vendor != "mysql":
        return time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT UNIX_TIMESTAMP(NOW(6))")
        return float(cursor.fetchone()[0])
