"""One exchange: bounded in time and in bytes, and nowhere else than asked."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from ntt_auth import KeysUnavailable, Verifier, _http
from ntt_auth._http import (
    AsyncChannel,
    Channel,
    NeverSent,
    Request,
    Response,
    Unreachable,
)
from servers import Handler, Issuer, Server

Send = Callable[[Request], Response]


def blocking(request: Request) -> Response:
    channel = Channel()
    try:
        return channel.send(request)
    finally:
        channel.close()


def awaited(request: Request) -> Response:
    async def run() -> Response:
        channel = AsyncChannel()
        try:
            return await channel.send(request)
        finally:
            await channel.aclose()

    return asyncio.run(run())


both = pytest.mark.parametrize("send", [blocking, awaited])


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
    except OSError:
        pass


def silent(handler: Handler) -> None:
    handler.connection.settimeout(5)
    handler.rfile.read(1)  # until the client hangs up


@both
def test_what_is_sent_arrives_and_the_answer_comes_back(
    server: Server,
    send: Send,
) -> None:
    seen = {}

    def answer(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        seen.update({name.lower(): value for name, value in handler.headers.items()})
        return 418, {"X-Tea": "yes"}, handler.body[::-1]

    server.answers["/a"] = answer
    got = send(Request("POST", f"{server.url}/a", {"X-Own": "1"}, b"abc"))
    assert (got.status, got.headers["x-tea"], got.body) == (418, "yes", b"cba")
    assert (seen["x-own"], seen["accept-encoding"]) == ("1", "identity")
    assert seen["user-agent"] == "ntt-auth-python"


@both
def test_a_body_without_end_is_given_up_at_its_bound(
    server: Server,
    send: Send,
) -> None:
    server.answers["/a"] = endless
    with pytest.raises(Unreachable, match="longer than 100000 bytes"):
        send(Request("GET", f"{server.url}/a", limit=100_000, timeout=30))


@both
def test_a_server_that_says_nothing_is_given_up(
    server: Server,
    send: Send,
) -> None:
    server.answers["/a"] = silent
    began = time.monotonic()
    with pytest.raises(Unreachable):
        send(Request("GET", f"{server.url}/a", timeout=0.2))
    assert time.monotonic() - began < 4  # the server waits for five


@both
def test_a_redirect_is_an_answer_and_is_not_followed(
    server: Server,
    send: Send,
) -> None:
    server.answers["/a"] = lambda _: (302, {"Location": f"{server.url}/b"}, b"")
    assert send(Request("GET", f"{server.url}/a")).status == 302
    assert server.asked == ["/a"]


@both
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "nonsense", "ftp://x/", "http://[/"]
)
def test_nobody_there_is_unreachable_and_the_error_names_no_url(
    send: Send,
    url: str,
) -> None:
    with pytest.raises(Unreachable) as caught:
        send(Request("GET", url, timeout=2))
    assert url not in str(caught.value)


def test_override_answers_in_place_of_the_network_and_ends() -> None:
    def outer(request: Request) -> Response:
        return Response(200, {}, b"outer " + request.url.encode())

    def inner(request: Request) -> Response:
        raise Unreachable("down")

    request = Request("GET", "http://127.0.0.1:1/")
    with _http.override(outer):
        assert blocking(request).body == b"outer http://127.0.0.1:1/"
        assert awaited(request).body == b"outer http://127.0.0.1:1/"
        with _http.override(inner), pytest.raises(Unreachable, match="down"):
            blocking(request)
        assert blocking(request).status == 200
        with pytest.raises(KeyError), _http.override(inner):
            raise KeyError
        assert blocking(request).status == 200
    with pytest.raises(Unreachable, match="Connect"):
        blocking(request)


def test_a_verifier_asks_whoever_overrides(issuer: Issuer) -> None:
    asked = []

    def handler(request: Request) -> Response:
        asked.append(request.url)
        return Response(404)

    with _http.override(handler), Verifier(issuer.url, "a") as verifier:
        with pytest.raises(KeysUnavailable):
            verifier.verify(issuer.token())
    assert f"{issuer.url}/.well-known/openid-configuration" in asked
    assert issuer.server.asked == []


def test_a_body_is_not_in_the_repr_of_what_carries_it() -> None:
    assert "secret" not in repr(Request("POST", "http://a/", {}, b"secret"))
    assert "secret" not in repr(Response(200, {}, b"secret"))


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    ports = set()

    def answer(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        ports.add(handler.client_address[1])
        return 200, {}, b"{}"

    server.answers["/a"] = answer
    channel = Channel(keep_alive=True)
    for _ in range(3):
        channel.send(Request("GET", f"{server.url}/a"))
    channel.close()
    assert len(ports) == 1
    channel.send(Request("GET", f"{server.url}/a"))
    channel.close()
    assert len(ports) == 2


def test_a_request_that_was_given_up_is_not_sent_when_its_address_is_found(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, found = socket.getaddrinfo, threading.Event()

    def slow(*args: Any, **options: Any) -> Any:
        found.wait(10)
        return known("127.0.0.1", *args[1:], **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    server.answers["/a"] = lambda _: (200, {}, b"{}")
    url = server.url.replace("127.0.0.1", "id.example.com")
    before, began = set(threading.enumerate()), time.monotonic()
    with pytest.raises(NeverSent, match="took too long"):
        blocking(Request("POST", f"{url}/a", timeout=0.2))
    assert time.monotonic() - began < 4
    found.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert server.asked == []


def test_an_exchange_sees_the_context_of_who_sends(server: Server) -> None:
    tracing: ContextVar[str] = ContextVar("tracing", default="none")
    tracing.set("mine")
    seen = []

    class Traced(Channel):
        def _done(self, *args: Any) -> Response:
            seen.append(tracing.get())
            return super()._done(*args)

    server.answers["/a"] = lambda _: (200, {}, b"{}")
    channel = Traced()
    channel.send(Request("GET", f"{server.url}/a"))
    channel.close()
    assert seen == ["mine"]


def test_importing_a_verifier_loads_neither_asyncio_nor_the_http_library() -> None:
    code = (
        "import sys; from ntt_auth import Verifier;"
        "print({'asyncio', 'httpx', 'httpx2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n"
