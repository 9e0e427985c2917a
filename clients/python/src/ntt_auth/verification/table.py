"""A million revocations in about 40 MB: a hash table in three flat arrays.

24 bytes a slot: the subject's 16 bytes as two numbers, the limit, the end. Open
addressing, linear probing; nothing is ever taken out, a table is built anew without what
has run out (`rebuilt`).
"""

import os
from array import array
from collections.abc import Iterator
from struct import Struct

FOR_GOOD = 0xFFFFFFFF  # a limit that every `iat` is under
_LEAST = 1024
_FULL = 0.7
_ROOM = 0.5  # how full a table is after it was built
SLICE = 2000  # rows moved at a time: about a millisecond

Subject = tuple[int, int]
SUBJECT = Struct("<QQ")  # 16 bytes as two numbers


class Table:
    """Limits by subject. One writes; readers need no lock (`head` is written last)."""

    def __init__(self, capacity: int = _LEAST) -> None:
        self.capacity = max(capacity, _LEAST)
        self.count = 0
        self._seed = int.from_bytes(os.urandom(8), "little")
        self._heads = array("Q", bytes(8)) * self.capacity
        self._tails = array("Q", bytes(8)) * self.capacity
        self._limits = array("I", bytes(4)) * self.capacity
        self._ends = array("I", bytes(4)) * self.capacity

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.capacity * 24

    def has_room(self, more: int) -> bool:
        """Tell whether so many rows fit without building anew."""
        return self.count + more <= self.capacity * _FULL

    def limit(self, subjects: bytes) -> int:
        """Return up to which `iat` these subjects, 16 bytes each, are refused.

        -1 means none, `FOR_GOOD` all.
        """
        heads, seed, capacity = self._heads, self._seed, self.capacity
        highest = -1
        for head, tail in SUBJECT.iter_unpack(subjects):
            head = head or 1  # 0 is an empty slot
            at = (head ^ seed) % capacity
            while found := heads[at]:
                if found == head and self._tails[at] == tail:
                    highest = max(highest, self._limits[at])
                    break
                at += 1
                if at == capacity:
                    at = 0
        return highest

    def put(
        self,
        key: Subject,
        limit: int,
        end: int,
    ) -> None:
        """Set the limit of a subject until `end` (Unix seconds). There must be room."""
        head, tail = key
        head = head or 1
        at = (head ^ self._seed) % self.capacity
        while self._heads[at]:
            if self._heads[at] == head and self._tails[at] == tail:
                self._limits[at], self._ends[at] = limit, end
                return
            at = (at + 1) % self.capacity
        self._tails[at], self._limits[at], self._ends[at] = tail, limit, end
        self._heads[at] = head
        self.count += 1

    def living(self, now: float) -> Iterator[int]:
        """Yield, slice by slice, how many rows have not run out in it."""
        for start in range(0, self.capacity, SLICE):
            yield sum(1 for end in self._ends[start : start + SLICE] if end > now)

    def moved_to(
        self,
        other: "Table",
        now: float,
    ) -> Iterator[None]:
        """Copy what has not run out, yielding after every slice."""
        for start in range(0, self.capacity, SLICE):
            for at in range(start, min(start + SLICE, self.capacity)):
                if self._ends[at] > now and self._heads[at]:
                    key = (self._heads[at], self._tails[at])
                    other.put(key, self._limits[at], self._ends[at])
            yield


def capacity_for(rows: int) -> int:
    """Return how large a table for so many rows is built."""
    return max(int(rows / _ROOM) | 1, _LEAST)
