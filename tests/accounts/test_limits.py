"""Limits, counted in the database and in a real Redis."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import limits
from accounts.models import Attempts
from config.errors import TooManyRequests
from tests.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """Run a Redis of our own on a free port."""
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if server is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [server, "--port", str(port), *options], stdout=subprocess.DEVNULL
    )
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


@pytest.fixture(params=["database", "redis"])
def counted(
    request: pytest.FixtureRequest,
    settings: Any,
) -> Any:
    """Count in the database, then in Redis."""
    settings.LIMITS = {"few": "3/1m", "ten": "10/15m"}
    if request.param == "redis":
        pytest.importorskip("redis")
        settings.REDIS_URL = request.getfixturevalue("redis_url")
        limits._redis(settings.REDIS_URL).flushdb()
    return settings


def test_the_limit_is_the_most_that_passes(counted: Any) -> None:
    for _ in range(3):
        limits.hit("few", "ann")

    with pytest.raises(TooManyRequests) as refusal:
        limits.hit("few", "ann")

    assert refusal.value.retry_after is not None
    assert 50 <= refusal.value.retry_after <= 60
    limits.hit("few", "bob")
    limits.hit("few", "ann", "elsewhere")


def test_looking_counts_nothing(counted: Any) -> None:
    for _ in range(5):
        limits.check("few", "ann")
    for _ in range(3):
        limits.hit("few", "ann")

    assert limits.reached("few", "ann")
    with pytest.raises(TooManyRequests):
        limits.check("few", "ann")


def test_a_hit_can_be_given_back(counted: Any) -> None:
    for _ in range(3):
        limits.hit("few", "ann")
    limits.give_back("few", "ann")

    limits.hit("few", "ann")
    with pytest.raises(TooManyRequests):
        limits.hit("few", "ann")


def test_giving_back_never_goes_below_nothing(counted: Any) -> None:
    limits.give_back("few", "ann")
    limits.hit("few", "ann")
    limits.give_back("few", "ann")
    limits.give_back("few", "ann")

    for _ in range(3):
        limits.hit("few", "ann")
    assert limits.reached("few", "ann")


def test_a_counter_can_be_forgotten(counted: Any) -> None:
    for _ in range(3):
        limits.hit("few", "ann")

    limits.forget("few", "ann")

    assert not limits.reached("few", "ann")


def test_forty_parallel_hits_pass_exactly_ten_times(
    counted: Any,
    together: Together,
) -> None:
    outcomes = together(40, lambda n: limits.hit("ten", "ann"))

    refused = [o for o in outcomes if isinstance(o, TooManyRequests)]
    assert (len(refused), outcomes.count(None)) == (30, 10)


def test_limits_can_be_switched_off(counted: Any) -> None:
    counted.RATE_LIMITS = False
    for _ in range(9):
        limits.hit("few", "ann")
    limits.check("few", "ann")

    assert not limits.reached("few", "ann")
    limits.give_back("few", "ann")


def test_a_window_ends(settings: Any) -> None:
    settings.LIMITS = {"few": "3/1m"}
    for _ in range(3):
        limits.hit("few", "ann")
    Attempts.objects.update(window_ends_at=timezone.now() - timedelta(seconds=1))

    assert not limits.reached("few", "ann")
    limits.hit("few", "ann")

    assert Attempts.objects.get().count == 1


def test_parallel_hits_open_one_new_window(
    settings: Any,
    together: Together,
) -> None:
    settings.LIMITS = {"ten": "10/15m"}
    limits.hit("ten", "ann")
    Attempts.objects.update(window_ends_at=timezone.now() - timedelta(seconds=1))

    outcomes = together(30, lambda n: limits.hit("ten", "ann"))

    assert outcomes.count(None) == 10
    assert Attempts.objects.get().count == 10


def test_no_address_stands_in_the_counters(settings: Any) -> None:
    settings.LIMITS = {"few": "3/1m"}
    limits.hit("few", "ann@example.com")

    assert len(Attempts.objects.get().key) == 64


def test_the_database_counts_while_redis_is_down(settings: Any) -> None:
    pytest.importorskip("redis")
    settings.LIMITS = {"few": "3/1m"}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    limits.hit("few", "ann")

    assert Attempts.objects.get().count == 1


def test_old_counters_are_purged(settings: Any) -> None:
    settings.LIMITS = {"few": "3/1m"}
    limits.hit("few", "ann")
    limits.hit("few", "bob")
    first = Attempts.objects.first()
    assert first is not None
    Attempts.objects.filter(pk=first.pk).update(
        window_ends_at=timezone.now() - timedelta(seconds=1)
    )

    assert limits.purge() == 1
    assert Attempts.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "most", "seconds"),
    [("10/15m", 10, 900), ("5/h", 5, 3600), ("1/30s", 1, 30), (" 2/1d ", 2, 86400)],
)
def test_a_limit_is_read(
    text: str,
    most: int,
    seconds: int,
) -> None:
    assert limits.parse(text) == limits.Limit(most, seconds)


@pytest.mark.parametrize("text", ["", "10", "10/15", "0/1m", "-1/1m", "x/1m", "1/1w"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a form such as"):
        limits.parse(text)
