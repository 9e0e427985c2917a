"""Offering load: keep-alive connections on one epoll loop, as lean as Python allows.

The load shares the cores with the server, so it parses only what it needs: the status
and the length of an answer. Closed loops, open loops and pauses are all built from
`Engine.send` and `Engine.at`.
"""

import heapq
import itertools
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.processes import CannotMeasure

LOST = 0  # the status of an answer that never came
LONGEST = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float
    head: bytes = b""


class Connection:
    """One keep-alive connection; `done` is called with the answer it waits for."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.buffer = bytearray()
        self.began = 0.0
        self.done: Callable[[Answer], None] | None = None


@dataclass
class Engine:
    """The loop. Callbacks run inside it and must not block."""

    port: int
    poller: select.epoll = field(default_factory=select.epoll)
    timers: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    busy: int = 0
    _open: dict[int, Connection] = field(default_factory=dict)
    _turn: "itertools.count[int]" = field(default_factory=itertools.count)

    def at(
        self,
        when: float,
        action: Callable[[], None],
    ) -> None:
        """Call `action` at a time of `time.perf_counter`."""
        heapq.heappush(self.timers, (when, next(self._turn), action))

    def send(
        self,
        connection: Connection,
        payload: bytes,
        done: Callable[[Answer], None],
    ) -> None:
        """Send a request; `done` gets the answer, or one with the status `LOST`."""
        connection.began = time.perf_counter()
        connection.done = done
        self.busy += 1
        try:
            if connection.socket is None:
                self._connect(connection)
            assert connection.socket is not None
            if connection.socket.send(payload) != len(payload):
                raise CannotMeasure("a request does not fit into the socket's buffer")
        except OSError:
            self._lose(connection)

    def _connect(self, connection: Connection) -> None:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        connection.socket = made
        connection.buffer.clear()
        self._open[made.fileno()] = connection
        self.poller.register(made.fileno(), select.EPOLLIN)

    def run(
        self,
        *,
        until: float,
        patience: float = 30,
    ) -> None:
        """Serve timers until `until`, then wait for open answers, `patience` at most.

        Answers that have not come by then are `LOST`.
        """
        while True:
            now = time.perf_counter()
            while self.timers and self.timers[0][0] <= now:
                heapq.heappop(self.timers)[2]()
            if now >= until and not self.busy:
                return
            if now >= until + patience:
                return self._give_up()
            due = self.timers[0][0] if self.timers else until
            if now >= until:
                due = until + patience
            for number, _ in self.poller.poll(max(0.0, min(due - now, 0.5))):
                self._receive(self._open[number])

    def _receive(self, connection: Connection) -> None:
        assert connection.socket is not None
        try:
            piece = connection.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            return self._lose(connection)
        connection.buffer += piece
        end = connection.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(connection.buffer[:end])
        size = _length(head)
        if len(connection.buffer) >= end + 4 + size:
            body = bytes(connection.buffer[end + 4 : end + 4 + size])
            connection.buffer.clear()
            if b"\r\nconnection: close" in head.lower():
                self._close(connection)
            self._finish(connection, int(head[9:12]), body, head)

    def _finish(
        self,
        connection: Connection,
        status: int,
        body: bytes,
        head: bytes,
    ) -> None:
        done, connection.done = connection.done, None
        if done is None:
            return  # closed while nobody waited
        self.busy -= 1
        took = time.perf_counter() - connection.began
        done(Answer(status, body, took, head))

    def _lose(self, connection: Connection) -> None:
        self._close(connection)
        self._finish(connection, LOST, b"", b"")

    def _close(self, connection: Connection) -> None:
        if connection.socket is not None:
            self.poller.unregister(connection.socket.fileno())
            del self._open[connection.socket.fileno()]
            connection.socket.close()
            connection.socket = None

    def _give_up(self) -> None:
        for connection in list(self._open.values()):
            self._lose(connection)

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._open.values()):
            self._close(connection)
        self.poller.close()


def _length(head: bytes) -> int:
    """Return the length of the body behind `head`."""
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at >= 0:
        size = int(lower[at + 17 :].split(b"\r\n", 1)[0])
        if size > LONGEST:
            raise CannotMeasure("an answer is longer than anything that we ask for")
        return size
    if head[9:12] in (b"204", b"304"):
        return 0
    raise CannotMeasure(f"an answer does not tell its length: {head[:200]!r}")
