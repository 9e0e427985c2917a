"""Sign-ins whose refresh failed a moment ago: others do not queue for the next failure."""

import threading
import time

SECONDS = 5.0
MOST = 10_000
_guard = threading.Lock()
_ends: dict[str, float] = {}  # the oldest first


def begin(handle: str) -> None:
    """Let nobody in this process refresh this sign-in for a while."""
    now = time.monotonic()
    with _guard:
        _ends.pop(handle, None)
        _ends[handle] = now + SECONDS
        while len(_ends) > MOST or _ends[next(iter(_ends))] <= now:
            del _ends[next(iter(_ends))]


def left(handle: str) -> float:
    """Return the seconds until a refresh may be tried again."""
    return max(0.0, _ends.get(handle, 0.0) - time.monotonic())
