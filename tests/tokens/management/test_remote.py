"""Asking a service from the outside."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typing_extensions import override

from config.errors import InvalidInput, Unavailable
from tokens.management.remote import Service


class Hostile(BaseHTTPRequestHandler):
    """Answers what no service of ours would."""

    answers = {
        "/html": (200, b"<h1>hello</h1>"),
        "/list": (200, b"[1, 2]"),
        "/moved": (302, b""),
        "/bytes": (200, b"\xff\xfe"),
    }

    def do_GET(self) -> None:
        """Answer by path; `/reset` hangs up."""
        if self.path == "/reset":
            self.connection.close()
            return
        status, body = self.answers[self.path]
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def hostile() -> Iterator[Service]:
    """A server on the loopback that is not ours."""
    server = HTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Service(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "url",
    [
        *["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://[::1"],
        *["http://127.0.0.1:port", "http://127.0.0.1/path", "http://a@127.0.0.1"],
        *["http://127.0.0.1/?a=b", "file:///etc/passwd"],
    ],
)
def test_only_a_base_url_is_taken(url: str) -> None:
    with pytest.raises(InvalidInput):
        Service(url)


@pytest.mark.parametrize("path", ["/html", "/list", "/bytes"])
def test_what_is_no_object_is_empty(
    hostile: Service,
    path: str,
) -> None:
    answer = hostile.get(path)
    assert (answer.status, answer.body) == (200, {})


def test_a_redirect_is_not_followed(hostile: Service) -> None:
    assert hostile.get("/moved").status == 302


def test_a_connection_that_breaks_is_unavailable(hostile: Service) -> None:
    with pytest.raises(Unavailable):
        hostile.get("/reset")


def test_a_silent_port_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="refused"):
        Service("http://127.0.0.1:9").get("/")
