"""A bar on a terminal: how far a long command is. Elsewhere it is silent."""

import time
from typing import TextIO

WIDTH = 30
_SECONDS = 0.1


class Progress:
    """Drawn on `out` if that is a terminal, ten times a second at most.

    `total` is in the unit of `show`; 0 if nobody knows it.
    """

    def __init__(
        self,
        out: TextIO,
        total: int,
    ) -> None:
        self._out = out if out.isatty() else None
        self._total = total
        self._began = self._drawn = time.monotonic()
        self._stands = False

    def show(
        self,
        done: int,
        said: str,
    ) -> None:
        """Draw the bar for `done` of the total, with a few words behind it."""
        now = time.monotonic()
        if self._out is None or now - self._drawn < _SECONDS:
            return
        self._drawn, self._stands = now, True
        seconds = f"{int(now - self._began)} s"
        self._out.write(f"\r\x1b[K{self._bar(done)}{said}, {seconds}")
        self._out.flush()

    def clear(self) -> None:
        """Take the bar away, so that lines can be written."""
        if self._out is not None and self._stands:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._stands = False

    def _bar(self, done: int) -> str:
        if self._total <= 0:
            return ""
        part = min(1.0, done / self._total)
        full = int(part * WIDTH)
        return f"[{'#' * full}{' ' * (WIDTH - full)}] {part:4.0%} "
