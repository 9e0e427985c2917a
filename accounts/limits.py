"""How often something may happen: exact under any number of threads and workers.

`settings.LIMITS` names them (`"10/15m"`: ten in fifteen minutes). Counted in Redis where
`REDIS_URL` is set, else in the database, in either case by one atomic step that takes a
place only where one is free. Call these outside any transaction: a rollback would
forget the count.
"""

import hashlib
import logging
import math
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import Attempts
from config.errors import TooManyRequests as TooManyRequests
from config.errors import Unavailable

logger = logging.getLogger(__name__)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_ROUNDS = 5

# Take a place: 0, or the seconds to wait where none is free.
_TAKE = """
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n >= tonumber(ARGV[1]) then return math.max(redis.call('TTL', KEYS[1]), 1) end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
# Look only: 0, or the seconds to wait.
_LOOK = """
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n >= tonumber(ARGV[1]) then return math.max(redis.call('TTL', KEYS[1]), 1) end
return 0
"""
_GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 0
"""


@dataclass(frozen=True)
class Limit:
    """So many in so many seconds."""

    most: int
    seconds: int


@lru_cache(maxsize=64)
def parse(text: str) -> Limit:
    """Return what `"10/15m"` means (units s, m, h, d; `"5/h"` is one hour).

    Raises `ValueError`, naming what was expected.
    """
    found = re.fullmatch(r"(\d{1,9})/(\d{0,6})([smhd])", text.strip())
    if not found or not int(found[1]):
        raise ValueError(f"{text!r} is no limit; expected a form such as 10/15m")
    return Limit(int(found[1]), int(found[2] or 1) * _UNITS[found[3]])


def hit(name: str, *parts: str) -> None:
    """Count one; raise `TooManyRequests` (and count nothing) past the limit."""
    if settings.RATE_LIMITS:
        _refuse(_run(_TAKE, _take, name, parts))


def check(name: str, *parts: str) -> None:
    """Raise `TooManyRequests` where `hit` would, and count nothing."""
    if settings.RATE_LIMITS:
        _refuse(_run(_LOOK, _look, name, parts))


def reached(name: str, *parts: str) -> bool:
    """Tell whether the limit is used up now."""
    return bool(settings.RATE_LIMITS and _run(_LOOK, _look, name, parts))


def give_back(name: str, *parts: str) -> None:
    """Take one hit back: what was counted beforehand turned out to be no failure."""
    if settings.RATE_LIMITS:
        _run(_GIVE_BACK, _give_back, name, parts)


def forget(name: str, *parts: str) -> None:
    """Begin anew under this key, whatever was counted."""
    _run("redis.call('DEL', KEYS[1]) return 0", _forget, name, parts)


def purge() -> int:
    """Remove the counters whose window is over; returns how many."""
    return Attempts.objects.filter(window_ends_at__lt=timezone.now()).delete()[0]


def _refuse(wait: int) -> None:
    if wait:
        raise TooManyRequests(retry_after=wait)


def _run(
    script: str,
    step: Any,
    name: str,
    parts: tuple[str, ...],
) -> int:
    limit = parse(settings.LIMITS[name])
    key = hashlib.sha256("\x1f".join((name, *parts)).encode()).hexdigest()
    if settings.REDIS_URL:
        answer = _in_redis(script, key, limit)
        if answer is not None:
            return answer
    return int(step(key, limit))


@lru_cache(maxsize=4)
def _redis(url: str) -> Any:
    import redis  # an extra: only where REDIS_URL is set

    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def _in_redis(
    script: str,
    key: str,
    limit: Limit,
) -> int | None:
    """Run a script; None where Redis is down: the database then counts instead."""
    from redis.exceptions import RedisError

    try:
        client = _redis(settings.REDIS_URL)
        return int(client.eval(script, 1, f"limit:{key}", limit.most, limit.seconds))
    except RedisError as error:
        logger.error("limits fall back to the database: %s", type(error).__name__)
        return None


def _take(
    key: str,
    limit: Limit,
) -> int:
    rows = Attempts.objects.filter(key=key)
    for _ in range(_ROUNDS):
        now = timezone.now()
        free = rows.filter(window_ends_at__gt=now, count__lt=limit.most)
        if free.update(count=F("count") + 1):
            return 0
        ends = rows.values_list("window_ends_at", flat=True).first()
        fresh = now + timedelta(seconds=limit.seconds)
        if ends is None:
            Attempts.objects.bulk_create(
                [Attempts(key=key, window_ends_at=fresh)], ignore_conflicts=True
            )
        elif ends <= now:
            rows.filter(window_ends_at=ends).update(count=0, window_ends_at=fresh)
        elif wait := _look(key, limit):
            return wait
    raise Unavailable(retry_after=1)  # only if the key kept moving under us


def _look(
    key: str,
    limit: Limit,
) -> int:
    now = timezone.now()
    used_up = Attempts.objects.filter(
        key=key, window_ends_at__gt=now, count__gte=limit.most
    )
    ends = used_up.values_list("window_ends_at", flat=True).first()
    return max(1, math.ceil((ends - now).total_seconds())) if ends else 0


def _give_back(
    key: str,
    limit: Limit,
) -> int:
    return Attempts.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def _forget(
    key: str,
    limit: Limit,
) -> int:
    return Attempts.objects.filter(key=key).delete()[0]
