"""Places for what may hold a thread: so many at once, and not all of them for one owner."""

import threading
from collections import Counter


class Slots:
    """`number` places, of which one owner takes a third at most; for threads.

    An owner is whoever had us do it, such as a tenant; "" is ourselves, who may have all.
    """

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)
        self._most_of_one = max(1, number // 3)
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(
        self,
        owner: str = "",
        *,
        seconds: float = 0.0,
    ) -> bool:
        """Take a place, waiting so long for a free one; False where there is none.

        An owner whose share is used up does not wait. Give a taken one back by `leave`.
        """
        with self._lock:
            if owner and self._held[owner] >= self._most_of_one:
                return False
            self._held[owner] += 1
        if self._free.acquire(timeout=seconds):
            return True
        self._forget(owner)
        return False

    def leave(self, owner: str = "") -> None:
        """Give a place back."""
        self._forget(owner)
        self._free.release()

    def _forget(self, owner: str) -> None:
        with self._lock:
            self._held[owner] -= 1
            if not self._held[owner]:
                del self._held[owner]
