"""A mail server for tests: takes mail, refuses it, or hangs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typing_extensions import override


class SmtpSink(socketserver.ThreadingTCPServer):
    """Speaks just enough SMTP on a loopback port; `messages` holds what came.

    `refuse` answers every recipient with that line instead; `greeting` is its first
    line (a 554 turns everybody away). `hang` says nothing at all, `stall` falls silent at
    that command, `vanish` hangs up there.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(
        self,
        *,
        refuse: str = "",
        hang: bool = False,
        greeting: str = "220 sink",
        stall: str = "",
        vanish: str = "",
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.refuse, self.hang, self.greeting = refuse, hang, greeting
        self.stall, self.vanish = stall, vanish
        self.connections = 0
        self.messages: list[str] = []
        self.released = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpSink

    @override
    def handle(self) -> None:
        self.server.connections += 1
        if self.server.hang:
            self.server.released.wait(30)
            return
        self._say(self.server.greeting)
        while line := self.rfile.readline():
            command = line.decode().strip().upper()
            if self.server.stall and command.startswith(self.server.stall):
                self.server.released.wait(30)
                return
            if self.server.vanish and command.startswith(self.server.vanish):
                return
            if command.startswith("RCPT") and self.server.refuse:
                self._say(self.server.refuse)
            elif command == "DATA":
                self._take()
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        lines: list[str] = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        self.server.messages.append("".join(lines))
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def sink(**manner: Any) -> Iterator[SmtpSink]:
    """Run a sink for the length of the block; `manner` is `SmtpSink`'s."""
    with SmtpSink(**manner) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
