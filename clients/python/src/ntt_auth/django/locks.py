"""One thread of this process at a time, for each sign-in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

_locks: WeakValueDictionary[str, "_Lock"] = WeakValueDictionary()
_guard = threading.Lock()


class _Lock:
    """A lock that a weak reference can point at."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@contextmanager
def alone(handle: str) -> Iterator[None]:
    """Let one thread of this process refresh a sign-in at a time.

    Two processes may meet: the server answers both with the same pair.
    """
    with _guard:
        found = _locks.get(handle)
        if found is None:
            found = _locks[handle] = _Lock()
    with found.lock:
        yield
