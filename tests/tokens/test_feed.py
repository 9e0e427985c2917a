"""The one row: made once, numbers in commit order, and nothing of a rollback."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import Together
from tokens import feed
from tokens.models import Feed

pytestmark = pytest.mark.django_db


class Undone(Exception):
    """Takes a transaction back."""


def test_base64url_has_no_padding() -> None:
    assert feed.digest_text(b"\xfb\xff\xfe\xff") == "-__-_w"


def test_the_first_look_makes_the_row_and_the_next_are_one_query() -> None:
    state = feed.read()
    assert len(state.feed_id) == 12 and state[1:] == (0, 0)
    with CaptureQueriesContext(connection) as queries:
        assert feed.read() == state
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_first_looks_at_once_agree(together: Together) -> None:
    states = together(8, lambda _: feed.read())
    assert set(states) == {feed.read()}
    assert Feed.objects.count() == 1


def test_there_can_be_no_second_row() -> None:
    feed.read()
    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.create(id=2, feed_id="another")


def test_numbers_follow_each_other_also_in_a_new_database() -> None:
    with transaction.atomic():
        assert [feed.advance(1), feed.advance(5), feed.advance(1)] == [1, 6, 7]
    assert feed.read().number == 7


def test_a_rollback_gives_its_numbers_back() -> None:
    feed.read()
    with pytest.raises(Undone), transaction.atomic():
        feed.advance(3)
        feed.keys_moved()
        raise Undone
    assert feed.read()[1:] == (0, 0)
    with transaction.atomic():
        assert feed.advance(1) == 1


def test_keys_and_revocations_move_by_themselves() -> None:
    feed.keys_moved()
    feed.keys_moved()
    with transaction.atomic():
        feed.advance(1)
    assert feed.read()[1:] == (1, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("commits", [True, False], ids=["commits", "rolls back"])
def test_a_later_number_waits_for_the_end_of_an_earlier_one(commits: bool) -> None:
    """Else a follower could see 2, go on from there, and never meet 1."""
    feed.read()
    held, release = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                assert feed.advance(1) == 1
                held.set()
                release.wait(10)
                if not commits:
                    raise Undone
        except Undone:
            pass
        finally:
            connection.close()

    def second() -> int:
        try:
            held.wait(10)
            with transaction.atomic():
                return feed.advance(1)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        one, two = threads.submit(first), threads.submit(second)
        held.wait(10)
        time.sleep(0.3)
        assert not two.done() and feed.read().number == 0
        release.set()
        one.result()
        assert two.result() == (2 if commits else 1)


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_get_every_number_once(together: Together) -> None:
    """Also the first ones of a new database, whose row is not made yet."""

    def write(_: int) -> list[int]:
        taken = []
        for _ in range(5):
            with transaction.atomic():
                taken.append(feed.advance(1))
        return taken

    numbers = [number for taken in together(8, write) for number in taken]
    assert sorted(numbers) == list(range(1, 41))


def test_the_databases_clock_is_unix_time() -> None:
    assert abs(feed.database_seconds() - time.time()) < 5
