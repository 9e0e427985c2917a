"""The feed as followers read it: cursors, pages, and a restart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tests.factories import UserFactory
from tokens import feed, revocations
from tokens.errors import CursorGone, CursorMalformed
from tokens.models import Revocation
from tokens.revocations import Entry, Kind, subject_of
from tokens.services import feed as feeds

pytestmark = pytest.mark.django_db


def revoke(*names: str) -> None:
    """Write a session row for each name, one transaction each."""
    for name in names:
        revocations.write([Entry(Kind.SESSION, name)], reason="test")


def named(page: feeds.Page) -> list[str]:
    """Return the names of `revoke` that a page tells, in its order."""
    names = {subject_of(Kind.SESSION, name): name for name in "abcdefgh"}
    return [names[row["subject"]] for row in page.data]


def poll(cursor: str | None = None) -> feeds.Page:
    """Ask as a follower does."""
    state = feed.read()
    return feeds.page(feeds.position(cursor, state), state)


def test_a_follower_gets_everything_once_and_then_what_is_new() -> None:
    revoke("b", "a")
    first = poll()
    assert named(first) == ["b", "a"] and not first.has_more
    assert poll(first.next_cursor) == feeds.Page([], first.next_cursor, False)
    revoke("c")
    assert named(poll(first.next_cursor)) == ["c"]


def test_an_empty_feed_has_a_cursor_all_the_same() -> None:
    page = poll()
    assert page.next_cursor == f"{feed.read().feed_id}.0"
    revoke("a")
    assert named(poll(page.next_cursor)) == ["a"]


def test_a_replaced_row_is_told_again_to_those_who_had_it() -> None:
    revoke("a", "b")
    cursor = poll().next_cursor
    revoke("a")
    assert named(poll(cursor)) == ["a"]
    assert named(poll()) == ["b", "a"]


def test_a_row_replaced_during_the_look_is_not_missed() -> None:
    revoke("a", "b")
    state = feed.read()
    revoke("a")
    page = feeds.page(0, state)
    assert named(page) == ["b", "a"]
    assert poll(page.next_cursor).data == []


def test_expired_rows_are_not_told_and_the_cursor_moves_past_them() -> None:
    revoke("a", "b", "c")
    past = timezone.now() - timedelta(seconds=1)
    Revocation.objects.filter(number__in=[1, 3]).update(expires_at=past)
    page = poll()
    assert named(page) == ["b"]
    assert page.next_cursor.endswith(".3")


def test_pages_follow_each_other_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    revoke(*"abcd")
    first = poll()
    assert (named(first), first.has_more) == (["a", "b"], True)
    revoke("a")  # moves behind what was not read yet
    second = poll(first.next_cursor)
    assert (named(second), second.has_more) == (["c", "d"], True)
    third = poll(second.next_cursor)
    assert (named(third), third.has_more) == (["a"], False)


def test_an_exactly_full_page_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    revoke("a", "b")
    assert poll().has_more is False


def test_a_row_says_kind_subject_moment_and_end() -> None:
    revocations.write([Entry(Kind.USER, "u")], reason="not told")
    row = Revocation.objects.get()
    assert poll().data == [
        {
            "kind": "user",
            "subject": subject_of("user", "u"),
            "issued_before": row.issued_before,
            "expires_at": row.expires_at.isoformat().replace("+00:00", "Z"),
        }
    ]


def test_the_validator_moves_with_number_and_feed_and_nothing_else() -> None:
    first = feeds.etag(feed.read())
    feed.keys_moved()
    assert feeds.etag(feed.read()) == first
    revoke("a")
    second = feeds.etag(feed.read())
    feeds.restart_feed(acting_user=None)
    assert len({first, second, feeds.etag(feed.read())}) == 3


@pytest.mark.parametrize(
    "cursor",
    ["", ".", "x", "x.", ".1", "x.1.2", "x.-1", "x.+1", "x.1 ", "x.1\n", "x.1e3"]
    + ["x.0x1", "x.\u0661", "x y.1", "x.1" + "0" * 18, "y" * 23 + ".1"],
)
def test_a_malformed_cursor_is_told_from_a_foreign_one(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        feeds.position(cursor, feed.State("x", 5, 0))


def test_a_cursor_stands_up_to_our_number_and_in_our_feed_alone() -> None:
    state = feed.State("x", 5, 0)
    assert feeds.position("x.5", state) == 5
    assert feeds.position("x.0", state) == feeds.position(None, state) == 0
    for cursor in ("x.6", "X.5", "y.1", "x.999999999999999999"):
        with pytest.raises(CursorGone):
            feeds.position(cursor, state)


def test_a_restart_voids_every_cursor_keeps_every_row_and_is_recorded() -> None:
    revoke("a")
    cursor = poll().next_cursor
    root = UserFactory(is_superuser=True)
    new_id = feeds.restart_feed(acting_user=root)
    assert feed.read().feed_id == new_id
    with pytest.raises(CursorGone):
        poll(cursor)
    assert named(poll()) == ["a"]
    event = Event.objects.get(action=Action.FEED_RESTARTED)
    assert event.actor_id == str(root.pk)


def test_a_feed_that_never_began_can_be_restarted() -> None:
    assert feeds.restart_feed(acting_user=None) == feed.read().feed_id
