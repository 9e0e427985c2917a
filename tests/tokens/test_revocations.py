"""Revocations are written in commit order, replace each other, and refuse by `iat`."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from tokens import feed, revocations
from tokens.models import Revocation
from tokens.revocations import Entry, Kind, Snapshot, subject_of

pytestmark = pytest.mark.django_db


def test_a_subject_is_the_digest_of_kind_and_id() -> None:
    # printf 'session:0190' | sha256sum | first 16 bytes | base64url
    assert subject_of("session", "0190") == "x_mTMdtwXmRQ7axPARta6Q"
    assert len(subject_of("user", "x" * 500)) == 22


def test_a_session_row_refuses_for_good_and_a_user_row_up_to_its_moment() -> None:
    revocations.write([Entry(Kind.SESSION, "s"), Entry(Kind.USER, "u")], reason="test")
    snapshot = Snapshot()
    snapshot.follow(feed.read())
    session = [("session", subject_of("session", "s"))]
    user = [("user", subject_of("user", "u"))]
    now = int(time.time())
    assert snapshot.refusal(session, now + 10_000) == math.inf
    assert snapshot.refusal(user, now) is not None
    assert snapshot.refusal(user, now + 10) is None


def test_a_later_row_replaces_the_earlier_one_of_its_subject() -> None:
    for _ in range(3):
        revocations.write([Entry(Kind.USER, "u")], reason="test")
    row = Revocation.objects.get()
    assert row.number == feed.read().number == 3


def test_a_snapshot_begins_again_when_the_feed_restarts() -> None:
    snapshot = Snapshot()
    revocations.write([Entry(Kind.SESSION, "old")], reason="test")
    snapshot.follow(feed.read())
    Revocation.objects.all().delete()
    snapshot.follow(feed.State("another", 0, 0))
    assert snapshot.rows == {}


@pytest.mark.django_db(transaction=True)
def test_a_follower_never_misses_a_row_of_parallel_writers() -> None:
    stop = threading.Event()
    seen: dict[tuple[str, str], int | None] = {}
    feed.read()

    def follow() -> None:
        snapshot = Snapshot()
        while not stop.is_set():
            snapshot.follow(feed.read())
            seen.update(snapshot.rows)
        snapshot.follow(feed.read())
        seen.update(snapshot.rows)
        connections.close_all()

    def write(number: int) -> None:
        with transaction.atomic():
            entries = [Entry(Kind.SESSION, f"{number}-{i}") for i in range(2)]
            revocations.write(entries, reason="test")
        connections.close_all()

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(6) as writers:
        list(writers.map(write, range(30)))
    stop.set()
    follower.join()
    assert len(seen) == 60
    numbers = list(Revocation.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 61))
