"""The access log, off the request's path.

A line is made at the request, with its id and redacted like any other, and waits in
memory: a thread of the process writes what came within a tenth of a second at once. With
many threads a write for each request costs more than the request's own work, since each
lets go of the interpreter lock and waits to get it back. Every other logger, and any
warning, is written at once.
"""

import logging
import os
import threading
import time
from collections import deque
from multiprocessing.util import Finalize
from typing import Any

from typing_extensions import override

from config.context import RequestContext

NAME = "ntt.access"
PAUSE_SECONDS = 0.1
MOST_WAITING = 10_000
# What a pipe takes whole (POSIX PIPE_BUF): several workers write to the same one.
WHOLE_BYTES = 4096
_log = logging.getLogger(NAME)


def note(
    method: str | None,
    path: str,
    *,
    status: int,
    caller: RequestContext,
    seconds: float,
) -> None:
    """Log one answered request; its query string is never in it."""
    extra = {"ip": caller.ip, "milliseconds": round(seconds * 1000, 1)}
    _log.info("%s %s %s", method, path, status, extra=extra)


def defer() -> None:
    """Let this process, and those it forks, write access lines together.

    `config.wsgi` calls this: commands and tests write each line at once.
    """
    root = logging.getLogger()
    for place, handler in enumerate(root.handlers):
        if type(handler) is logging.StreamHandler:
            root.handlers[place] = DeferringHandler(handler)


class DeferringHandler(logging.Handler):
    """Keeps access lines for a moment; passes everything else on to `target` at once.

    Nothing is lost on a normal stop: `logging` flushes its handlers at exit, after the
    last request. Beyond `MOST_WAITING` lines, whoever brings the next writes them all.
    """

    def __init__(self, target: "logging.StreamHandler[Any]") -> None:
        super().__init__(target.level)
        self.target = target
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Start empty: what waits in a parent is the parent's to write."""
        self.waiting: deque[str] = deque()
        self.wake = threading.Event()
        self.writer: threading.Thread | None = None
        self.starting = threading.Lock()

    @override
    def handle(self, record: logging.LogRecord) -> Any:
        """Take a record without the handler's lock."""
        if record.name != NAME or record.levelno > logging.INFO:
            return self.target.handle(record)
        if self.filter(record) and self.target.filter(record):
            self.emit(record)
        return True

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Make the line now, in the request's context, and let it wait."""
        try:
            self.waiting.append(self.target.format(record) + self.target.terminator)
        except Exception:
            self.target.handleError(record)
        if len(self.waiting) > MOST_WAITING or not self._has_writer():
            self.flush()
        elif not self.wake.is_set():
            self.wake.set()

    def _has_writer(self) -> bool:
        if self.writer is not None:
            return True
        with self.starting:
            if self.writer is None:
                thread = threading.Thread(
                    target=self._write, name="access-log", daemon=True
                )
                try:
                    thread.start()
                except RuntimeError:  # the process is ending
                    return False
                self.writer = thread
                # a child of multiprocessing (granian's workers) ends without atexit
                Finalize(None, self.flush, exitpriority=0)
        return True

    def _write(self) -> None:
        while True:
            self.wake.wait()
            time.sleep(PAUSE_SECONDS)
            self.wake.clear()  # before the look: a line that comes now wakes us again
            self.flush()

    @override
    def flush(self) -> None:
        """Write all that waits, in pieces that no other process can break up."""
        piece: list[str] = []
        size = 0
        self.target.acquire()
        try:
            for _ in range(len(self.waiting)):
                line = self.waiting.popleft()
                length = len(line.encode(errors="backslashreplace"))
                if piece and size + length > WHOLE_BYTES:
                    self._send("".join(piece))
                    piece, size = [], 0
                piece.append(line)
                size += length
            if piece:
                self._send("".join(piece))
        finally:
            self.target.release()

    def _send(self, piece: str) -> None:
        try:
            self.target.stream.write(piece)
            self.target.flush()
        except (OSError, ValueError):  # nobody reads, or the stream is closed
            pass
