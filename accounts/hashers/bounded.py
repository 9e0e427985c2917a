"""Password hashing: bcrypt over SHA-256, and never more at once than the machine bears.

A hash takes a third of a second of a core. `HASHING_SLOTS` lock files bound how many run
at once on this machine, across all worker processes; the operating system frees a slot
whose process died. Threads wait in a queue of at most `HASHING_QUEUE` per process, so
that the others stay free to verify tokens; beyond it, `Unavailable` at once.
"""

import fcntl
import math
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from typing_extensions import override

from accounts.passwords import normalise
from config.errors import Unavailable

_POLL_SECONDS = 0.002


class Slots:
    """The machine's hashing slots, as one process sees them."""

    def __init__(
        self,
        folder: Path,
        slots: int,
        queue: int,
    ) -> None:
        self._paths = [str(folder / f"hashing-{n}.lock") for n in range(slots)]
        self._queue = queue
        self._turn = threading.Semaphore(slots)
        self._count = threading.Lock()
        self._inside = 0
        self._seconds = 0.4

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot inside the block; raises `Unavailable` if the queue is full."""
        with self._count:
            if self._inside >= len(self._paths) + self._queue:
                raise Unavailable(
                    "Too many sign-ins at once. Try again shortly.",
                    retry_after=self._patience(),
                )
            self._inside += 1
        try:
            with self._turn:
                handle = self._lock()
                began = time.monotonic()
                try:
                    yield
                finally:
                    os.close(handle)
                    self._seconds = time.monotonic() - began
        finally:
            with self._count:
                self._inside -= 1

    def _patience(self) -> int:
        return max(1, math.ceil(self._inside * self._seconds / len(self._paths)))

    def _lock(self) -> int:
        """Return the handle of a slot file that is ours; closing it frees the slot.

        Every holder opens the file anew: a lock belongs to an open file, so that two
        threads of one process exclude each other just as two processes do.
        """
        while True:
            for path in self._paths:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(handle)
                except BaseException:
                    os.close(handle)
                    raise
                else:
                    return handle
            time.sleep(_POLL_SECONDS)


_known: dict[tuple[str, int, int], Slots] = {}
_making = threading.Lock()


def slots() -> Slots:
    """Return this process's view of the slots that the settings name."""
    key = (str(settings.VAR_DIR), settings.HASHING_SLOTS, settings.HASHING_QUEUE)
    if key not in _known:
        with _making:
            if key not in _known:
                folder = _folder(Path(key[0]) / "run")
                _known[key] = Slots(folder, max(1, key[1]), max(0, key[2]))
    return _known[key]


def _folder(wanted: Path) -> Path:
    """Return a folder of ours to lock in: `var/run`, else one in the temp folder."""
    for folder in (wanted, Path(tempfile.gettempdir()) / f"ntt-auth-{os.getuid()}"):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    return Path(tempfile.mkdtemp(prefix="ntt-auth-"))


class BoundedBCryptSHA256PasswordHasher(BCryptSHA256PasswordHasher):
    """Normalises once, here, for every way in; stored hashes follow `BCRYPT_ROUNDS`."""

    @property
    @override
    def rounds(self) -> int:  # type: ignore[override]
        """Return the cost that new hashes get; others are rehashed at sign-in."""
        rounds: int = settings.BCRYPT_ROUNDS
        return rounds

    @override
    def encode(
        self,
        password: str,
        salt: str,
    ) -> str:
        plain = normalise(password)
        with slots().one():
            return super().encode(plain, salt)
