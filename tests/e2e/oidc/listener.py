"""A web server of the tests on another origin: it shows files, and remembers what it was sent."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

_TYPES = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}


@dataclass(frozen=True)
class Received:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Listener:
    """Listens at `http://localhost:PORT`: to browsers another site than `127.0.0.1`."""

    files: dict[str, Path | bytes] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Its origin."""
        return f"http://localhost:{self._http.server_port}"

    def stop(self) -> None:
        """Close the door."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait_for(
        self,
        path: str,
        *,
        seconds: float = 20,
        **form: str,
    ) -> Received:
        """Return the first request to a path with these fields; fails if none comes."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for one in list(self.received):
                if one.path == path and form.items() <= one.form.items():
                    return one
            time.sleep(0.05)
        raise AssertionError(f"nothing came to {path}: {self.received}")

    def body_at(self, path: str) -> bytes:
        """Return what is answered at a path."""
        found = self.files.get(path, b"<!doctype html><h1>Arrived</h1>")
        return found if isinstance(found, bytes) else found.read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            """Answers everything, with a file where there is one."""

            def do_GET(self) -> None:
                self._answer("")

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                self._answer(self.rfile.read(size).decode())

            def _answer(self, text: str) -> None:
                parts = urlsplit(self.path)
                one = Received(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    dict(parse_qsl(text)),
                    dict(self.headers),
                )
                listener.received.append(one)
                body = listener.body_at(parts.path)
                self.send_response(200)
                kind = _TYPES.get(Path(parts.path).suffix, "text/html")
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(
                self,
                format: str,
                *args: object,
            ) -> None:
                """Say nothing: codes come by here."""

        return Handler
