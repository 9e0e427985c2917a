"""Servers of others, on this machine: what they answer is the test's to say."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, bytes], None]


@dataclass
class Peer:
    """A server, and what it was asked: one raw request a connection."""

    port: int
    asked: list[bytes] = field(default_factory=list)

    def url(
        self,
        path: str = "/",
        host: str = "127.0.0.1",
    ) -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"


def reply(
    body: bytes = b"{}",
    status: str = "200 OK",
    *headers: str,
) -> bytes:
    """Return an answer as it stands on the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def saying(answer: bytes) -> Handler:
    """Answer every request with these bytes."""

    def handle(
        peer: socket.socket,
        asked: bytes,
    ) -> None:
        peer.sendall(answer)

    return handle


@contextmanager
def serving(
    handler: Handler,
    context: ssl.SSLContext | None = None,
) -> Iterator[Peer]:
    """Serve on a free port of 127.0.0.1, each connection in a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    peer = Peer(listening.getsockname()[1])

    def one(connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(5)
                secured = (
                    context.wrap_socket(connection, server_side=True)
                    if context
                    else connection
                )
                with secured:
                    asked = _request(secured)
                    peer.asked.append(asked)
                    handler(secured, asked)
        except OSError:
            pass  # the caller left

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield peer
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _request(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return read
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
