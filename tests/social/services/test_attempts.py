"""A way to a provider: sealed, bound to its browser, and good once."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from social.errors import AttemptOver
from social.models import Attempt, Connection
from social.services import attempts
from social.services.attempts import Journey, Way
from social.upstream import Answer
from tests.conftest import Together
from tests.factories import ConnectionFactory
from tokens.pages.doors import Aim

BROWSER = "what the browser holds"
JOURNEY = Journey(Aim.SIGN_IN, next="/account/data/", tenant_id="a-tenant")


def begun(connection: Connection) -> str:
    """Begin a way; return its state."""
    url = attempts.begin(
        connection,
        JOURNEY,
        browser=BROWSER,
        redirect_uri="https://id.example.com/callback",
    )
    return parse_qs(urlsplit(url).query)["state"][0]


def look(
    state: str,
    **other: Any,
) -> Way:
    given = {"provider_id": "example", "browser": BROWSER, **other}
    return attempts.look(given.pop("provider_id"), state=state, **given)


def test_a_way_comes_back_as_it_was_begun(connection: Connection) -> None:
    state = begun(connection)
    way = look(state)
    assert way.connection == connection and way.journey == JOURNEY
    assert way.asked.state == state and len(way.asked.verifier) >= 43
    assert way.asked.redirect_uri == "https://id.example.com/callback"
    assert not way.asked.fresh


def test_nothing_of_it_stands_in_clear(connection: Connection) -> None:
    state = begun(connection)
    way = look(state)
    row = str(Attempt.objects.values().get())
    for secret in (state, BROWSER, way.asked.nonce, way.asked.verifier):
        assert secret not in row


@pytest.mark.parametrize(
    "other",
    [{"provider_id": "another"}, {"browser": "another"}, {"browser": ""}],
)
def test_it_is_one_connections_and_one_browsers(
    connection: Connection,
    other: dict[str, str],
) -> None:
    ConnectionFactory(provider_id="another")
    state = begun(connection)
    with pytest.raises(AttemptOver):
        look(state, **other)


@pytest.mark.parametrize("state", ["", "unknown", "x" * 5000, "\ud800"])
def test_a_state_that_nobody_began_is_over(
    connection: Connection,
    state: str,
) -> None:
    begun(connection)
    with pytest.raises(AttemptOver):
        look(state)


def test_it_is_over_with_its_time_and_with_its_connection(
    connection: Connection,
) -> None:
    state = begun(connection)
    Connection.objects.update(suspended_at=timezone.now())
    with pytest.raises(AttemptOver):
        look(state)
    Connection.objects.update(suspended_at=None)
    way = look(state)
    Attempt.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AttemptOver):
        look(state)
    with pytest.raises(AttemptOver):
        attempts.claim(way)


def test_a_claim_leaves_nothing_behind(connection: Connection) -> None:
    way = look(begun(connection))
    attempts.claim(way)
    row = Attempt.objects.get()
    assert row.claimed_at and (row.sealed, row.answer) == ("", "")
    with pytest.raises(AttemptOver):
        attempts.claim(way)


@pytest.mark.django_db(transaction=True)
def test_of_many_one_claims(
    connection: Connection,
    together: Together,
) -> None:
    way = look(begun(connection))
    outcomes = together(8, lambda _: attempts.claim(way))
    assert sorted(map(type, outcomes), key=str).count(type(None)) == 1
    assert sum(isinstance(outcome, AttemptOver) for outcome in outcomes) == 7


def test_what_a_provider_posts_is_kept_once_and_sealed(connection: Connection) -> None:
    state = begun(connection)
    assert attempts.left(look(state)) is None
    with pytest.raises(AttemptOver):
        attempts.leave("example", state=state, answer=Answer("not of Apple's"))
    Connection.objects.update(provider="apple")
    attempts.leave("example", state=state, answer=Answer("a code", "Ann"))
    assert "a code" not in Attempt.objects.get().answer
    assert attempts.left(look(state)) == Answer("a code", "Ann")
    with pytest.raises(AttemptOver):
        attempts.leave("example", state=state, answer=Answer("another"))
    with pytest.raises(AttemptOver):
        attempts.leave("another", state=state, answer=Answer("another"))
