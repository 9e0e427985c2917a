"""How the revocations are followed, second by second."""

import json
from collections.abc import Callable

import pytest

from ntt_auth import RevocationsUnavailable, TokenRevoked
from ntt_auth._http import Request, Response
from ntt_auth.verification.feed import SLOWEST_SECONDS, TIDY_SECONDS
from ntt_auth.verification.steps import Need
from played import FEED, NEVER, VERIFY, Play, gone, row, says


def test_a_304_that_nobody_asked_for_is_no_news() -> None:
    play = Play(revocation="strict")
    play.answers[FEED] = lambda _: Response(304, {"etag": '"x"'})
    with pytest.raises(RevocationsUnavailable):
        play.verify(play.token())
    assert play.core.status.feed_age == float("inf")
    assert "got 304" in play.core.status.last_error


def test_a_304_makes_the_feed_young_again() -> None:
    play = Play()
    play.verify(play.token())
    play.follow(60)
    assert play.core.status.feed_age < 2
    assert any("If-None-Match" in request.headers for request in play.asked)
    assert 50 <= play.count(FEED) <= 62


def test_a_failing_feed_is_asked_more_and_more_slowly() -> None:
    play = Play()
    play.verify(play.token())
    play.answers[FEED] = gone
    pauses = []
    for _ in range(8):
        play.passes(play.core.feed.due_in)
        play.turn(Need.FEED)
        pauses.append(int(play.core.feed.due_in))
    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30]
    play.answers[FEED] = play._feed
    play.passes(play.core.feed.due_in)
    play.turn(Need.FEED)
    assert play.core.feed.due_in < 1.3


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ("120", 120, 120),
        ("99999", SLOWEST_SECONDS * 10, SLOWEST_SECONDS * 10),
        ("-5", 2, 2.2),
        ("soon", 2, 2.2),
        ("0", 2, 2.2),
    ],
)
def test_retry_after_is_honoured_within_reason(
    told: str,
    least: float,
    most: float,
) -> None:
    play = Play()
    play.answers[FEED] = says({}, 503, retry_after=told)
    play.turn(Need.FEED)
    assert least <= play.core.feed.due_in <= most


def test_another_feed_counts_once_it_is_whole_and_the_old_one_until_then() -> None:
    play = Play()
    token = play.token()
    play.rows = [row("session", "s1")]
    with pytest.raises(TokenRevoked):
        play.verify(token)
    play.feed_id, play.rows = "restarted", [row("session", "s2")]
    restarted = play._feed

    def first_gone_then_down(request: object) -> Response:
        return restarted(request) if "after" in request.url else gone(request)  # type: ignore

    play.answers[FEED] = first_gone_then_down
    play.follow(3)
    with pytest.raises(TokenRevoked):
        play.verify(token)
    play.answers[FEED] = restarted
    play.follow(40)
    assert play.verify(token).sid == "s1"
    with pytest.raises(TokenRevoked):
        play.verify(play.token(sid="s2"))
    assert play.core.status.revocations == 1


def test_what_was_read_of_a_feed_that_restarts_again_refuses_until_all_is_read() -> (
    None
):
    play = Play()

    over = says({}, 410)

    def page(
        sid: str,
        cursor: str,
        more: bool = True,
    ) -> Callable[[Request], Response]:
        found = {"data": [row("session", sid)], "next_cursor": cursor, "has_more": more}
        return says(found)

    script = [
        *(page("s1", "a.1", more=False), over, page("s2", "b.1"), over),
        *(over, page("s3", "c.1"), says({}, 500)),
    ]
    play.answers[FEED] = lambda request: script.pop(0)(request)
    for _ in range(3):
        play.turn(Need.FEED)
        play.passes(play.core.feed.due_in)
    assert not script
    play.answers[FEED] = gone
    for sid in ("s1", "s2", "s3"):
        with pytest.raises(TokenRevoked):
            play.verify(play.token(sid=sid))


@pytest.mark.parametrize("status", [400, 410])
def test_a_server_that_never_takes_a_cursor_is_not_hammered(status: int) -> None:
    play = Play()
    play.verify(play.token())
    play.answers[FEED] = says({}, status)
    before = play.count(FEED)
    play.passes(play.core.feed.due_in)
    play.turn(Need.FEED)
    assert play.count(FEED) == before + 2
    assert play.core.feed.due_in >= 2


def test_rows_that_ran_out_are_tidied_away_and_the_others_stay() -> None:
    play = Play()
    soon = "2027-01-15T08:01:00Z"  # a minute after the play begins
    play.rows = [row("session", f"x{n}", end=soon) for n in range(50)]
    play.rows.append(row("session", "s1"))
    play.turn(Need.FEED)
    assert play.core.status.revocations == 51
    play.follow(TIDY_SECONDS + 10)
    assert play.core.status.revocations == 1
    with pytest.raises(TokenRevoked):
        play.verify(play.token())


def test_a_wall_clock_that_jumps_ahead_drops_no_row() -> None:
    play = Play()
    play.rows = [row("session", "s1", end="2027-01-15T09:00:00Z")]
    play.turn(Need.FEED)
    play.wall += 10 * 86_400
    play.follow(TIDY_SECONDS + 10)
    assert play.core.status.revocations == 1
    with pytest.raises(TokenRevoked):
        play.verify(play.token())


def test_a_table_grows_with_the_feed() -> None:
    play = Play()
    play.rows = [row("session", f"x{number}") for number in range(5000)]
    play.turn(Need.FEED)
    assert play.core.status.revocations == 5000
    for number in (0, 2500, 4999):
        with pytest.raises(TokenRevoked):
            play.verify(play.token(sid=f"x{number}"))


def test_more_rows_than_may_be_kept_refuse_everything_until_they_fit() -> None:
    play = Play(max_revocations=100)
    play.rows = [row("session", f"x{number}") for number in range(500)]
    with pytest.raises(RevocationsUnavailable):
        play.verify(play.token())
    play.feed_id, play.rows = "smaller", []
    play.follow(31)
    assert play.verify(play.token()).sub == "ada"


@pytest.mark.parametrize(
    "page",
    [
        [],
        {},
        {"data": [], "next_cursor": "c", "has_more": True},
        {"data": [], "next_cursor": "", "has_more": False},
        {"data": [], "next_cursor": None, "has_more": False},
        {"data": [], "next_cursor": "c", "has_more": 0},
        {"data": [5], "next_cursor": "c", "has_more": False},
        {"data": [{"kind": "user"}], "next_cursor": "c", "has_more": False},
        *(
            {"data": [row("user", "u") | bad], "next_cursor": "c", "has_more": False}
            for bad in (
                {"subject": "AAAA"},
                {"subject": 5},
                {"issued_before": "1"},
                {"issued_before": True},
                {"expires_at": "2100-01-01T00:00:00"},
                {"expires_at": 5},
            )
        ),
    ],
    ids=lambda page: json.dumps(page).replace(NEVER, "never")[-40:],
)
def test_a_page_that_does_not_fit_changes_nothing(page: object) -> None:
    play = Play(revocation="strict")
    play.answers[FEED] = says(page)
    with pytest.raises(RevocationsUnavailable):
        play.verify(play.token())
    assert play.core.status.revocations == 0


def test_a_page_that_leads_to_itself_is_given_up() -> None:
    play = Play()
    page = {"data": [row("user", "x")], "next_cursor": "c", "has_more": True}
    play.answers[FEED] = says(page)
    play.turn(Need.FEED)
    assert play.count(FEED) == 2
    assert "does not get on" in play.core.status.last_error


def test_strict_refuses_once_the_feed_is_older_than_the_bound() -> None:
    play = Play(revocation="strict", max_feed_age=10)
    token = play.token()
    play.verify(token)
    play.answers[FEED] = gone
    play.follow(9)
    assert play.verify(token).sub == "ada"
    play.follow(2)
    for late in (token, play.token(jti="new")):
        with pytest.raises(RevocationsUnavailable):
            play.verify(late)
    play.answers[FEED] = play._feed
    play.follow(31)
    assert play.verify(token).sub == "ada"


def test_strict_with_introspection_asks_once_the_feed_is_old() -> None:
    play = Play(revocation="strict", introspect=True)
    token = play.token()
    play.verify(token)
    assert play.count(VERIFY) == 0
    play.answers[FEED] = gone
    play.answers[VERIFY] = says({"active": True})
    play.follow(20)
    assert play.verify(token).sub == "ada"
    sent = json.loads(play.asked[-1].body)
    assert sent == {"token": token, "audience": play.core.options.audience}
    assert token not in play.asked[-1].url + repr(play.asked[-1])
    for answer, error in (
        (says({"active": False}), TokenRevoked),
        (says({"active": True}, 500), RevocationsUnavailable),
        (says([]), RevocationsUnavailable),
        (gone, RevocationsUnavailable),
    ):
        play.answers[VERIFY] = answer
        with pytest.raises(error):
            play.verify(token)


def test_whoever_verifies_reads_the_feed_where_nobody_follows() -> None:
    play = Play()
    token = play.token()
    play.verify(token)
    play.rows.append(row("session", "s1"))
    play.passes(7)
    with pytest.raises(TokenRevoked):
        play.verify(token)


def test_a_turn_that_was_taken_over_changes_nothing_any_more() -> None:
    play = Play()
    late = play.core.turn(Need.FEED)
    request = late.send(None)
    assert isinstance(request, Request)
    old = says({"data": [row("session", "s1")], "next_cursor": "c", "has_more": False})
    play.core.released()  # a fork, or its event loop is gone
    play.turn(Need.FEED)
    with pytest.raises(StopIteration):
        late.send(old(request))
    assert play.core.status.revocations == 0
    assert play.verify(play.token()).sub == "ada"
