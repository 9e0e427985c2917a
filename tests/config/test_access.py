import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from typing_extensions import override

from config import access, context
from config.access import DeferringHandler
from config.context import RequestContext
from config.logs import JsonFormatter, TextFormatter
from tests.architecture.sources import ROOT

CALLER = RequestContext(ip="192.0.2.1", request_id="req-1")


class Stream(io.StringIO):
    """A stream that remembers what each write brought."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    @override
    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


@pytest.fixture
def stream() -> Stream:
    """Where the lines go."""
    return Stream()


@pytest.fixture
def log(
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[DeferringHandler]:
    """The access log of a serving process, whose thread is slow to come."""
    monkeypatch.setattr(access, "PAUSE_SECONDS", 60)
    target = logging.StreamHandler(stream)
    target.setFormatter(JsonFormatter())
    handler = DeferringHandler(target)
    root = logging.getLogger()
    root.addHandler(handler)
    monkeypatch.setattr(root, "level", logging.INFO)
    for name in (access.NAME, "ntt.problems"):
        logging.getLogger(name).setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)


def note(path: str = "/x") -> None:
    """Log a request as a door does."""
    with context.entered(CALLER):
        access.note("GET", path, status=200, caller=CALLER, seconds=0.0015)


def eventually(holds: Callable[[], bool]) -> bool:
    """Tell whether something comes true within ten seconds."""
    until = time.monotonic() + 10
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def test_a_line_waits_and_then_says_what_it_would_have_said(
    log: DeferringHandler,
    stream: Stream,
) -> None:
    note("/api/v1/tokens/verify")
    assert stream.getvalue() == ""
    log.flush()
    said = json.loads(stream.getvalue())
    assert said.pop("ts").endswith("Z")
    assert said == {
        "level": "info",
        "logger": "ntt.access",
        "message": "GET /api/v1/tokens/verify 200",
        "ip": "192.0.2.1",
        "milliseconds": 1.5,
        "request_id": "req-1",
    }


def test_a_waiting_line_is_redacted_already(log: DeferringHandler) -> None:
    note("/x/token=cAnaRy-4711")
    assert "cAnaRy" not in "".join(log.waiting)
    assert "[redacted]" in "".join(log.waiting)


def test_what_came_meanwhile_is_written_at_once_by_the_thread(
    log: DeferringHandler,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "PAUSE_SECONDS", 0.2)
    for number in range(10):
        note(f"/{number}")
    assert eventually(lambda: stream.getvalue().count("\n") == 10)
    assert len(stream.pieces) == 1
    note("/later")
    assert eventually(lambda: "/later" in stream.getvalue())


def test_no_piece_is_longer_than_a_pipe_takes_whole(
    log: DeferringHandler,
    stream: Stream,
) -> None:
    for number in range(200):
        note(f"/{number}/\u00e9")
    log.flush()
    assert all(len(piece.encode()) <= 4096 for piece in stream.pieces)
    assert all(piece.endswith("\n") for piece in stream.pieces)
    paths = [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
    assert paths == [f"GET /{number}/\u00e9 200" for number in range(200)]


def test_a_warning_and_any_other_logger_are_written_at_once(
    log: DeferringHandler,
    stream: Stream,
) -> None:
    logging.getLogger(access.NAME).error("a fault")
    logging.getLogger("ntt.problems").info("an aside")
    assert [json.loads(line)["message"] for line in stream.pieces] == [
        "a fault",
        "an aside",
    ]


def test_beyond_the_bound_a_line_writes_all_that_wait(
    log: DeferringHandler,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "MOST_WAITING", 5)
    for _ in range(6):
        note()
    assert stream.getvalue().count("\n") == 6
    assert not log.waiting


def test_no_line_is_lost_or_doubled_among_threads(
    log: DeferringHandler,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(access, "MOST_WAITING", 50)

    def serve(who: int) -> None:
        for number in range(200):
            note(f"/{who}-{number}")

    threads = [threading.Thread(target=serve, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.flush()
    lines = stream.getvalue().splitlines()
    assert len(lines) == len({json.loads(line)["message"] for line in lines}) == 1600


def test_where_no_thread_can_start_a_line_is_written_at_once(
    log: DeferringHandler,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    note()
    assert stream.getvalue().count("\n") == 1


def test_a_reader_that_left_stops_nothing(log: DeferringHandler) -> None:
    note()
    log.target.stream.close()
    log.flush()
    assert not log.waiting


def test_a_line_that_cannot_be_made_stops_nothing(
    log: DeferringHandler,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(record: logging.LogRecord) -> str:
        raise ValueError("no form")

    monkeypatch.setattr(log.target, "format", broken)
    note()
    assert not log.waiting
    assert "no form" in capsys.readouterr().err


def test_a_serving_process_defers_on_the_one_handler_that_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writes = logging.StreamHandler()
    writes.setFormatter(TextFormatter())
    watches = logging.NullHandler()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [writes, watches])
    for _ in range(2):
        access.defer()
    wrapped, other = root.handlers
    assert isinstance(wrapped, DeferringHandler) and wrapped.target is writes
    assert other is watches


_FORKING = """
import logging, multiprocessing, os, sys, threading, time
from config import access
from config.context import RequestContext

def note(path):
    access.note("GET", path, status=200, caller=RequestContext(), seconds=0)

logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
access.defer()
access.PAUSE_SECONDS = 60
note("/parent-before")
child = os.fork()
if not child:
    note("/child")
    threading.Thread(target=lambda: (time.sleep(0.2), note("/child-late"))).start()
    sys.exit(0)
os.waitpid(child, 0)
other = multiprocessing.get_context("fork").Process(target=note, args=["/worker"])
other.start()
other.join()
note("/parent-after")
"""


def test_nothing_is_lost_or_doubled_over_a_fork_and_a_normal_end() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORKING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = [line.split()[1] for line in done.stderr.splitlines()]
    children = ["/child", "/child-late", "/worker"]
    assert said == [*children, "/parent-before", "/parent-after"]
