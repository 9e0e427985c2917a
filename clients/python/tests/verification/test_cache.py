"""What is remembered of tokens, and for how long."""

from hashlib import sha256

import pytest

from ntt_auth import TokenExpired
from ntt_auth.verification.cache import Cache, Entry
from played import Play


def test_the_oldest_goes_first_and_there_are_never_more() -> None:
    cache = Cache(3)
    entries = [Entry(None, None, (0, 0)) for _ in range(5)]  # type: ignore[arg-type]
    for number, entry in enumerate(entries):
        cache.put(bytes([number]), entry)
    assert len(cache) == 3
    assert [cache.get(bytes([number])) for number in range(5)] == [
        None,
        None,
        *entries[2:],
    ]
    cache.drop(bytes([2]))
    cache.drop(b"unknown")
    assert len(cache) == 2


def test_a_repeated_token_is_not_verified_again() -> None:
    play = Play()
    token = play.token()
    first = play.verify(token)
    assert play.verify(token) is first
    assert play.core.status.cached == 1


def test_a_remembered_token_still_expires_and_is_forgotten_then() -> None:
    play = Play()
    token = play.token(exp=int(play.wall) + 60)
    play.verify(token)
    play.follow(91)
    with pytest.raises(TokenExpired):
        play.verify(token)
    assert play.core.status.cached == 0


def test_a_refused_token_is_not_remembered() -> None:
    play = Play()
    with pytest.raises(TokenExpired):
        play.verify(play.token(exp=int(play.wall) - 60))
    assert play.core.status.cached == 0


def test_no_token_is_kept_in_clear() -> None:
    play = Play()
    token = play.token()
    play.verify(token)
    assert list(play.core.cache._entries) == [sha256(token.encode()).digest()]
    assert token not in repr(vars(play.core)) + repr(play.core.status)
