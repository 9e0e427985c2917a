"""Tokens that were verified already, by the digest of their text, never in clear."""

import threading
from dataclasses import dataclass

from ntt_auth.jose.keys import Key
from ntt_auth.principals import Principal

MOST = 10_000
Stamp = tuple[int, int]


@dataclass(slots=True)
class Entry:
    """A genuine token. `stamp`: the revisions of keys and feed that it was held against.

    `subjects`: everything by which it can be revoked, found when first needed.
    """

    principal: Principal
    key: Key
    stamp: Stamp
    subjects: bytes = b""


class Cache:
    """Holds so many entries; the oldest goes first. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._entries: dict[bytes, Entry] = {}
        self.get = self._entries.get
        self.released()

    def __len__(self) -> int:
        return len(self._entries)

    def put(
        self,
        digest: bytes,
        entry: Entry,
    ) -> None:
        """Keep an entry."""
        with self._lock:
            self._entries[digest] = entry
            while len(self._entries) > self._most:
                del self._entries[next(iter(self._entries))]

    def drop(self, digest: bytes) -> None:
        """Drop an entry, if it is there."""
        with self._lock:
            self._entries.pop(digest, None)

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self._entries.clear()

    def released(self) -> None:
        """Have a new lock (after a fork, the old one may be held by nobody)."""
        self._lock = threading.Lock()
