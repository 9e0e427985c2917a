"""The bar of a long command."""

import io

import pytest
from typing_extensions import override

from accounts.management.progress import Progress


class Terminal(io.StringIO):
    """Text that says it is a terminal."""

    @override
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.setattr("accounts.management.progress.time.monotonic", lambda: now[0])
    return now


def test_elsewhere_than_on_a_terminal_it_is_silent(clock: list[float]) -> None:
    out = io.StringIO()
    bar = Progress(out, 10)
    clock[0] += 5
    bar.show(5, "5 rows")
    bar.clear()
    assert out.getvalue() == ""


def test_it_is_drawn_ten_times_a_second_at_most(clock: list[float]) -> None:
    out = Terminal()
    bar = Progress(out, 10)
    bar.show(1, "1 row")
    clock[0] += 2
    bar.show(5, "5 rows")
    bar.show(6, "6 rows")
    half = "[" + "#" * 15 + " " * 15 + "]"
    assert out.getvalue() == f"\r\x1b[K{half}  50% 5 rows, 2 s"


def test_it_goes_away_before_a_line_is_written(clock: list[float]) -> None:
    out = Terminal()
    bar = Progress(out, 0)
    bar.clear()
    assert out.getvalue() == ""
    clock[0] += 1
    bar.show(5, "5 rows")
    bar.clear()
    bar.clear()
    assert out.getvalue() == "\r\x1b[K5 rows, 1 s\r\x1b[K"


def test_more_than_the_total_is_the_whole(clock: list[float]) -> None:
    out = Terminal()
    bar = Progress(out, 2)
    clock[0] += 1
    bar.show(5, "")
    assert "] 100% " in out.getvalue()
