"""Revocations are written in commit order, replace each other, and refuse by `iat`."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone
from typing_extensions import override

from tokens import feed, revocations
from tokens.jose.claims import SKEW_SECONDS
from tokens.models import Feed, Revocation
from tokens.revocations import Entry, Kind, Snapshot, subject_of
from tokens.services import feed as feeds

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
    feeds.restart_feed(acting_user=None)
    snapshot.follow(feed.read())
    assert snapshot.rows == {}


def test_a_slow_thread_with_an_older_state_takes_nothing_back() -> None:
    """Else whoever looks next would let through what was revoked in between."""
    snapshot = Snapshot()
    older = feed.read()
    revocations.write([Entry(Kind.SESSION, "s")], reason="test")
    snapshot.follow(feed.read())
    snapshot.follow(older)
    assert snapshot.refusal([("session", subject_of("session", "s"))], 0) == math.inf


def test_nobody_meets_a_snapshot_that_is_being_read_again() -> None:
    revocations.write([Entry(Kind.SESSION, "s")], reason="test")
    session = [("session", subject_of("session", "s"))]
    met: list[float | None] = []

    class Watched(Snapshot):
        @override
        def _load(self, *given: Any) -> Any:
            met.append(self.refusal(session, 0))
            return super()._load(*given)

    snapshot = Watched()
    snapshot.follow(feed.read())
    feeds.restart_feed(acting_user=None)
    snapshot.follow(feed.read())
    assert met == [None, math.inf]  # first empty, then as before
    assert snapshot.refusal(session, 0) == math.inf


def test_a_restored_database_is_read_from_its_beginning() -> None:
    """Even where the operator forgot `restart-feed`: numbers went back for good."""
    revocations.write([Entry(Kind.SESSION, name) for name in "abc"], reason="test")
    snapshot = Snapshot()
    snapshot.follow(feed.read())
    Revocation.objects.all().delete()
    Feed.objects.update(number=0)
    revocations.write([Entry(Kind.SESSION, "d")], reason="test")
    snapshot.follow(feed.read())
    assert set(snapshot.rows) == {("session", subject_of("session", "d"))}


def test_a_row_replaced_since_the_look_at_the_feed_is_not_missed() -> None:
    revocations.write([Entry(Kind.SESSION, "s")], reason="test")
    state = feed.read()
    revocations.write([Entry(Kind.SESSION, "s")], reason="again")
    snapshot = Snapshot()
    snapshot.follow(state)
    assert snapshot.refusal([("session", subject_of("session", "s"))], 0) == math.inf


def test_expired_rows_leave_the_snapshot_when_it_moves() -> None:
    revocations.write([Entry(Kind.SESSION, "old")], reason="test")
    snapshot = Snapshot()
    snapshot.follow(feed.read())
    snapshot.expiries = dict.fromkeys(snapshot.expiries, time.time() - 1)
    revocations.write([Entry(Kind.SESSION, "new")], reason="test")
    snapshot.follow(feed.read())
    assert set(snapshot.rows) == {("session", subject_of("session", "new"))}


def test_the_worst_of_several_rows_counts() -> None:
    snapshot = Snapshot(rows={("user", "u"): 100, ("tenant", "t"): 200, ("x", "y"): 50})
    subjects = [("user", "u"), ("tenant", "t")]
    assert snapshot.refusal(subjects, 100) == 200
    assert snapshot.refusal(subjects, 200) == 200
    assert snapshot.refusal(subjects, 201) is None


def test_nothing_to_refuse_takes_no_number() -> None:
    revocations.write([], reason="test")
    assert feed.read().number == 0


def test_the_same_subject_twice_in_one_write_is_one_row() -> None:
    revocations.write([Entry(Kind.USER, "u"), Entry(Kind.USER, "u")], reason="test")
    assert Revocation.objects.get().number == feed.read().number == 1


def test_what_is_rolled_back_was_never_revoked() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        revocations.write([Entry(Kind.USER, "u")], reason="test")
        raise ZeroDivisionError
    assert not Revocation.objects.exists() and feed.read().number == 0


def test_a_row_outlives_every_token_that_it_can_concern(settings: Any) -> None:
    revocations.write([Entry(Kind.USER, "u")], reason="test")
    row = Revocation.objects.get()
    assert row.issued_before is not None
    last = row.issued_before + settings.ACCESS_TOKEN_MAX_SECONDS
    assert row.expires_at.timestamp() > last + SKEW_SECONDS


def test_a_revoked_key_is_told_for_as_long_as_verifiers_keep_keys() -> None:
    revocations.write([Entry(Kind.KEY, "kid")], reason="test")
    lives = Revocation.objects.get().expires_at - timezone.now()
    assert lives > timedelta(hours=24 + 1)


def test_a_large_write_is_one_block_of_numbers_without_a_gap() -> None:
    entries = [Entry(Kind.SESSION, str(n)) for n in range(1200)]
    revocations.write(entries, reason="test")
    revocations.write(entries[:600], reason="again")
    numbers = list(Revocation.objects.values_list("number", flat=True))
    assert len(numbers) == 1200
    assert numbers[-600:] == list(range(1201, 1801))
    assert feed.read().number == 1800


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
