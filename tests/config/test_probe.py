import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config.probe import healthy


class _Answer(BaseHTTPRequestHandler):
    status = 200
    hosts = ("localhost",)

    def do_GET(self) -> None:
        known = self.path == "/healthz" and self.headers["Host"] in self.hosts
        self.send_response(self.status if known else 404)
        self.end_headers()


@pytest.fixture
def port() -> Iterator[int]:
    """A server that answers as `_Answer.status` says."""
    server = HTTPServer(("127.0.0.1", 0), _Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_that_answers_is_healthy(port: int) -> None:
    assert healthy(port)


def test_a_service_that_fails_is_not(
    port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_Answer, "status", 503)
    assert not healthy(port)


def test_a_port_where_nobody_listens_is_not_healthy() -> None:
    assert not healthy(1)


def test_production_is_asked_by_its_issuers_name(
    port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_Answer, "hosts", ("id.example.com",))
    assert not healthy(port)
    assert healthy(port, host="id.example.com")
