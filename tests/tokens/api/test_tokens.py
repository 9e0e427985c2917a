"""Refresh, verify, revoke and the feed over HTTP."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.tokens.forgery import attacks, resigned
from tokens import revocations
from tokens.minting import TokenPair
from tokens.models import Feed, Revocation, Session
from tokens.revocations import Entry, Kind, subject_of
from tokens.services import feed as feeds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

REFRESH = "/api/v1/tokens/refresh"
VERIFY = "/api/v1/tokens/verify"
REVOKE = "/api/v1/tokens/revoke"
FEED = "/api/v1/tokens/revocations"


def test_a_refresh_answers_with_the_next_pair_in_two_queries(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    token = pair_of().refresh_token
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(REFRESH, {"refresh_token": token})
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["refresh_token"] != token
    assert len(queries) == 2, [q["sql"] for q in queries]


def test_a_stolen_token_ends_the_session(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    first = pair_of().refresh_token
    second = client.post(REFRESH, {"refresh_token": first}).json()["refresh_token"]
    client.post(REFRESH, {"refresh_token": second})
    answer = client.post(REFRESH, {"refresh_token": first})
    assert (answer.status_code, answer.json()["code"]) == (401, "refresh_token_reused")
    assert Session.objects.get().revoked_at is not None


def test_a_bad_audience_does_not_use_the_token_up(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    token = pair_of().refresh_token
    body = {"refresh_token": token, "audience": "https://elsewhere.example.com"}
    assert client.post(REFRESH, body).status_code == 400
    assert Session.objects.get().generation == 0


def test_verify_tells_the_claims_in_one_query(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    pair = pair_of()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(VERIFY, {"token": pair.access_token})
    assert answer.json()["active"] is True
    assert answer.json()["claims"]["sid"] == str(pair.standing.sid)
    assert len(queries) == 1


def test_verify_refuses_every_forgery_and_tells_nothing(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    token = pair_of().access_token
    for name, forged in attacks(token):
        answer = client.post(VERIFY, {"token": forged})
        if forged == "":
            assert answer.status_code == 400
            continue
        assert (answer.status_code, answer.json()) == (200, {"active": False}), name


@pytest.mark.parametrize("end", ["revoked", "run out"])
def test_asking_about_what_was_ours_is_no_guess(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
    settings: Any,
    end: str,
) -> None:
    """A service that asks for all its callers is not shut out by one of them."""
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1h"}
    live, over = pair_of().access_token, pair_of().access_token
    if end == "revoked":
        client.post(REVOKE, {"token": over})
    else:
        over = resigned(over, claims={"exp": int(time.time()) - 60})
    for _ in range(4):
        assert client.post(VERIFY, {"token": over}).json() == {"active": False}
    assert client.post(VERIFY, {"token": live}).json()["active"] is True
    codes = [client.post(VERIFY, {"token": "guess"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_verify_holds_to_the_audience(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    body = {"token": pair_of().access_token, "audience": "https://other.example.com"}
    assert client.post(VERIFY, body).json() == {"active": False}


def test_a_refresh_token_is_never_active(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    body = {"token": pair_of().refresh_token}
    assert client.post(VERIFY, body).json() == {"active": False}


def test_revoking_an_access_token_spares_its_session(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    pair = pair_of()
    assert client.post(REVOKE, {"token": pair.access_token}).status_code == 204
    assert client.post(VERIFY, {"token": pair.access_token}).json()["active"] is False
    refreshed = client.post(REFRESH, {"refresh_token": pair.refresh_token})
    assert refreshed.status_code == 200


def test_revoking_a_refresh_token_ends_its_session(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    pair = pair_of()
    for _ in range(2):
        assert client.post(REVOKE, {"token": pair.refresh_token}).status_code == 204
    assert client.post(VERIFY, {"token": pair.access_token}).json()["active"] is False
    refreshed = client.post(REFRESH, {"refresh_token": pair.refresh_token})
    assert refreshed.json()["code"] == "token_revoked"


def test_revoking_nonsense_is_no_error_and_changes_nothing(client: APIClient) -> None:
    assert client.post(REVOKE, {"token": "nonsense"}).status_code == 204
    assert not Revocation.objects.exists()


def test_the_feed_names_an_ended_session_by_its_digest(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    pair = pair_of()
    before = client.get(FEED).json()
    assert before["data"] == [] and before["has_more"] is False
    client.post(REVOKE, {"token": pair.refresh_token})
    after = client.get(FEED, {"after": before["next_cursor"]}).json()
    subject = subject_of("session", str(pair.standing.sid))
    row = after["data"][0]
    assert (row["kind"], row["subject"]) == ("session", subject)
    assert row["issued_before"] is None and row["expires_at"].endswith("Z")
    assert client.get(FEED, {"after": after["next_cursor"]}).json()["data"] == []


def test_an_unchanged_feed_costs_a_304_and_one_query(client: APIClient) -> None:
    tag = client.get(FEED)["ETag"]
    assert tag.startswith("W/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(FEED, headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Cache-Control"] == "no-cache"
    assert len(queries) == 1
    revocations.write([Entry(Kind.SESSION, "x")], reason="test")
    assert client.get(FEED, headers={"if-none-match": tag}).status_code == 200


def test_a_follower_between_pages_is_not_told_that_nothing_is_new(
    client: APIClient,
) -> None:
    start = client.get(FEED).json()["next_cursor"]
    revocations.write([Entry(Kind.SESSION, "x")], reason="test")
    whole = client.get(FEED)
    known = {"if-none-match": whole["ETag"]}
    assert client.get(FEED, {"after": start}, headers=known).status_code == 200
    end = {"after": whole.json()["next_cursor"]}
    assert client.get(FEED, end, headers=known).status_code == 304


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "a.b", "a.-1", "a.1.2", "é.1", "a.1\x00"]
)
def test_a_malformed_cursor_is_a_400(
    client: APIClient,
    cursor: str,
) -> None:
    assert client.get(FEED, {"after": cursor}).status_code == 400


def test_a_cursor_of_another_feed_or_ahead_of_ours_is_gone(client: APIClient) -> None:
    own = client.get(FEED).json()["next_cursor"]
    feed_id = own.split(".")[0]
    assert client.get(FEED, {"after": "other.0"}).status_code == 410
    assert client.get(FEED, {"after": f"{feed_id}.99"}).status_code == 410
    feeds.restart_feed(acting_user=None)
    assert Feed.objects.get().feed_id != feed_id
    assert client.get(FEED, {"after": own}).status_code == 410


def test_the_feed_pages_through_thousands(
    client: APIClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "PAGE", 10)
    revocations.write([Entry(Kind.SESSION, str(n)) for n in range(25)], reason="t")
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        page = client.get(FEED, query).json()
        seen += [row["subject"] for row in page["data"]]
        query = {"after": page["next_cursor"]}
        if not page["has_more"]:
            break
    assert len(seen) == len(set(seen)) == 25
