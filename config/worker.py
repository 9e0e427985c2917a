"""gunicorn's threaded worker, with an end to what a slow client can hold.

Its own `timeout` is the worker's heartbeat: a client that sends half a header, or a byte
of its body now and then, would keep a thread for as long as it likes, and some hundred
such clients every thread there is. Named by `config/gunicorn.py`.
"""

import errno
import math
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gunicorn.workers import gthread
from typing_extensions import override

REQUEST_SECONDS = 15.0  # a whole request, its body included
SEND_SECONDS = 15  # a part of an answer that the client does not take
# What says nothing at all gives its thread back this soon, and waits in the poller.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.2

if TYPE_CHECKING:

    class _Connection:
        sock: socket.socket

    _Base = object
else:
    _Connection, _Base = gthread.TConn, gthread.ThreadWorker


class RequestSocket(socket.socket):
    """A client's socket on which a request must arrive in full by a deadline."""

    _until = math.inf

    def begin(self, seconds: float) -> None:
        """Start the clock of the next request."""
        self._until = time.monotonic() + seconds

    def end(self) -> None:
        """Stop it: the request is answered."""
        self._until = math.inf

    @override
    def recv(
        self,
        bufsize: int,
        flags: int = 0,
        /,
    ) -> bytes:
        """Return what came; a deadline that passed looks like a client that left."""
        if math.isinf(self._until):
            return super().recv(bufsize, flags)
        kept, left = self.gettimeout(), self._until - time.monotonic()
        if left <= 0:
            raise self._late()
        self.settimeout(left if kept is None else min(kept, left))
        try:
            return super().recv(bufsize, flags)
        except TimeoutError:
            if kept is None:
                raise self._late() from None
            raise
        finally:
            self.settimeout(kept)

    def _late(self) -> ConnectionResetError:
        return ConnectionResetError(errno.ECONNRESET, "the request came too slowly")


class Connection(_Connection):
    """A client's connection, which is closed without waiting for the client.

    gunicorn lingers up to two seconds for the client's own close, and does so in the
    worker's one loop: a client that never closes would stop all the others.
    """

    def close(self, graceful: bool = False) -> None:
        """Say that nothing more comes, drop what was read already, and close."""
        if graceful:
            with suppress(OSError):
                self.sock.setblocking(False)
                self.sock.shutdown(socket.SHUT_WR)
                for _ in range(16):  # what is unread would reset the answer
                    if not self.sock.recv(65536):
                        break
        with suppress(OSError):
            self.sock.close()


gthread.TConn = Connection


class _Listener:
    """A listening socket whose clients are `RequestSocket`s."""

    def __init__(self, listener: Any) -> None:
        self.listener = listener

    def accept(self) -> tuple[RequestSocket, Any]:
        """Return the next client."""
        client, address = self.listener.accept()
        patient = RequestSocket(fileno=client.detach())
        limit = struct.pack("ll", SEND_SECONDS, 0)
        patient.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        return patient, address

    def getsockname(self) -> Any:
        """Return the listener's own address."""
        return self.listener.getsockname()


class Worker(_Base):
    """gthread, whose threads wait for no client longer than `REQUEST_SECONDS`."""

    def accept(self, listener: Any) -> None:
        """Take a connection."""
        super().accept(_Listener(listener))  # type: ignore[misc]

    def handle(self, conn: Any) -> Any:
        """Serve one request; runs in a thread of the pool."""
        conn.sock.begin(REQUEST_SECONDS)
        try:
            return super().handle(conn)  # type: ignore[misc]
        finally:
            conn.sock.end()
