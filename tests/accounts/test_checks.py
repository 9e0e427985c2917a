"""What is found at start-up."""

from typing import Any

from accounts.checks import hashing_leaves_threads_free, limits_are_readable


def test_an_unreadable_limit_is_named(settings: Any) -> None:
    assert limits_are_readable() == []
    settings.LIMITS = {"login_ip": "ten an hour"}

    found = limits_are_readable()

    assert [f.id for f in found] == ["accounts.E001"]
    assert "LIMIT_LOGIN_IP" in found[0].msg


def test_hashing_must_not_hold_every_thread(settings: Any) -> None:
    settings.HASHING_SLOTS, settings.HASHING_QUEUE, settings.WEB_THREADS = 2, 13, 16
    assert hashing_leaves_threads_free() == []
    settings.HASHING_QUEUE = 14

    assert [f.id for f in hashing_leaves_threads_free()] == ["accounts.W001"]
