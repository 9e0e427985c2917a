"""What the rules ask of whoever runs them: they are generators, and yield these.

A `Request` is answered with its `Response`, or `Unreachable` is thrown in. `PAUSE` lets
others run, `MOMENT` waits a little for what another loop is doing. `Need` asks for a turn of the keys or of the feed, shared by all who wait.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TypeVar

from ntt_auth._http import Request, Response


class Need(Enum):
    """What a verification may have to wait for."""

    KEYS = "keys"
    FEED = "feed"


class Pause(Enum):
    """Between two slices of long work: an event loop must not be held up."""

    HERE = "here"
    MOMENT = "moment"


PAUSE, MOMENT = Pause.HERE, Pause.MOMENT
MOMENT_SECONDS = 0.01
Result = TypeVar("Result")
Turn = Generator[Request | Pause, Response | None, None]
Steps = Generator[Request | Need, Response | None, Result]


_BOOTTIME: int = getattr(time, "CLOCK_BOOTTIME", -1)
# Seconds that also count while the machine sleeps, where the system can tell.
_steady: Callable[[], float] = (
    time.monotonic if _BOOTTIME < 0 else partial(time.clock_gettime, _BOOTTIME)
)


@dataclass(frozen=True)
class Clock:
    """The only clock. `now`: Unix seconds, may jump; `steady`: only ever grows."""

    now: Callable[[], float] = time.time
    steady: Callable[[], float] = _steady


class Garbage(Exception):
    """An answer that is not what was asked for. It changes nothing."""


def answered(response: Response | None) -> Response:
    """Return the answer to a request that was yielded."""
    assert response is not None
    return response
