"""Asking the URLs of clients: hostile servers, names that change, uniform refusals."""

import logging
import socket
import ssl
import threading
import time
from typing import Any

import pytest
from pytest_django import Settings

from config import outbound
from config.outbound import Bounds, OutboundRefused, Reply, fetch
from config.slots import Slots
from tests.config.certificates import authority
from tests.config.peers import Handler, Peer, reply, saying, serving

SHORT = Bounds(seconds=0.6, most_bytes=1000)


@pytest.fixture(autouse=True)
def _development(settings: Settings) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"


def refused(
    url: str,
    bounds: Bounds = SHORT,
) -> None:
    """See a call refused, in the one way."""
    with pytest.raises(OutboundRefused) as caught:
        fetch("GET", url, bounds=bounds)
    told = caught.value
    assert (told.detail, told.code) == (OutboundRefused.title, "unavailable")
    assert told.__cause__ is told.__context__ is None


def leading_to(
    monkeypatch: pytest.MonkeyPatch,
    *addresses: str,
) -> list[str]:
    """Have names lead to these addresses, one lookup after the other."""
    asked: list[str] = []
    left = list(addresses)

    def look(
        host: str,
        port: int,
        **more: Any,
    ) -> list[Any]:
        asked.append(host)
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return asked


def test_an_answer_is_handed_back_and_little_is_sent() -> None:
    with serving(saying(reply(b"hello", "200 OK", "ETag: x"))) as peer:
        got = fetch(
            "POST",
            peer.url("/a?b=c"),
            body=b"x=1",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert got == Reply(200, b"hello", {"content-length": "5", "etag": "x"})
    head, _, body = peer.asked[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert (first, body) == ("POST /a?b=c HTTP/1.1", b"x=1")
    sent = {line.partition(":")[0].lower() for line in lines}
    assert sent == {
        *("host", "user-agent", "connection", "accept-encoding"),
        *("content-length", "content-type"),
    }
    assert f"Host: 127.0.0.1:{peer.port}" in lines
    assert "Accept-Encoding: identity" in lines


@pytest.mark.parametrize("status", ["204 No", "400 Bad", "404 Not", "500 Down"])
def test_any_status_but_a_redirect_is_the_callers_to_judge(status: str) -> None:
    with serving(saying(reply(b"", status))) as peer:
        assert fetch("GET", peer.url()).status == int(status[:3])


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_is_never_followed(status: str) -> None:
    with serving(saying(reply(b"secret"))) as inner:
        answer = reply(b"", status, f"Location: {inner.url()}")
        with serving(saying(answer)) as peer:
            refused(peer.url())
    assert inner.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "//127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "https:"),
        *("https://", "https:///x", "http://rp.example.com/", "http://8.8.8.8/"),
        *("https://user@rp.example.com/", "https://a:b@127.0.0.1/", "https://@x/"),
        *("https://rp.example.com/#x", "https://rp.example.com\\@127.0.0.1/"),
        *("https://rp.example.com:22/", "https://rp.example.com:25/"),
        *("https://rp.example.com:0/", "https://rp.example.com:99999/"),
        *("https://rp.example.com:-1/", "https://rp.example.com:x/", "https://[::1/"),
        *("https://rp .example.com/", "https://rp.example.com/\r\nX: y", "https://ä/"),
        *("https://[fe80::1%25eth0]/", "https://a..b/", "https://" + "a" * 64 + "/"),
        "https://rp.example.com/" + "a" * 2048,
        "https://127.0.0.1\x00.example.com/",
    ],
)
def test_what_is_no_url_of_a_client_is_refused(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connected(*given: Any) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket.socket, "connect", connected)
    refused(url)


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://localhost/", "https://2130706433/"),
        *("https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/", "https://0/"),
        *("https://10.0.0.1/", "https://169.254.169.254/latest/", "https://[::1]/"),
        *("https://[::ffff:127.0.0.1]/", "https://[::]/", "https://[64:ff9b::a00:1]/"),
        "http://127.0.0.1:8000/",
    ],
)
def test_an_inner_address_is_refused_in_every_spelling(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    settings.ISSUER = "https://id.example.com"

    def connected(*given: Any) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket.socket, "connect", connected)
    refused(url)


def test_one_inner_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: rows)
    refused("https://rp.example.com/")


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[Any] = []

    def connect(
        self: socket.socket,
        address: Any,
    ) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    asked = leading_to(monkeypatch, "8.8.8.8", "127.0.0.1")
    refused("https://rp.example.com/")
    assert asked == ["rp.example.com"]
    assert connected == [("8.8.8.8", 443)]
    refused("https://rp.example.com/")  # now it leads to this machine
    assert connected == [("8.8.8.8", 443)]


def test_a_name_that_leads_here_is_refused_in_development_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(saying(reply())) as peer:
        leading_to(monkeypatch, "127.0.0.1")
        refused(f"https://rebound.example.com:{peer.port}/")
    assert peer.asked == []


def test_the_next_address_is_tried_where_one_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(saying(reply(b"yes"))) as peer:
        rows = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", peer.port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: rows)
        assert fetch("GET", peer.url(host="localhost")).body == b"yes"


def test_a_lookup_that_hangs_ends_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [hold.wait(5)][:0])
    monkeypatch.setattr(outbound, "_lookups", Slots(1))
    begun = time.monotonic()
    refused("https://rp.example.com/")
    refused("https://rp.example.com/")  # the first still hangs
    assert time.monotonic() - begun < 1.2
    hold.set()


def _drip_body(
    peer: socket.socket,
    asked: bytes,
) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(900):
        peer.sendall(b"x")
        time.sleep(0.05)


def _drip_head(
    peer: socket.socket,
    asked: bytes,
) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 900:
        peer.sendall(bytes([byte]))
        time.sleep(0.05)


def _continue_for_ever(
    peer: socket.socket,
    asked: bytes,
) -> None:
    while True:
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _say_nothing(
    peer: socket.socket,
    asked: bytes,
) -> None:
    time.sleep(2)


def _half_close(
    peer: socket.socket,
    asked: bytes,
) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")
    peer.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    "handler",
    [_drip_body, _drip_head, _continue_for_ever, _say_nothing, _half_close],
)
def test_a_server_that_plays_for_time_is_left_at_the_deadline(handler: Handler) -> None:
    with serving(handler) as peer:
        begun = time.monotonic()
        refused(peer.url())
        assert time.monotonic() - begun < SHORT.seconds + 0.5


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        CHUNKED + b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        CHUNKED + b"-1\r\n" + b"x" * 900_000,
        CHUNKED + b"ffffffffffffffffffff\r\nx",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"1\r\nx\r\n0\r\n" + b"t: x\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nx" * 300,
        reply(b"x", "200 OK", "Content-Encoding: gzip"),
        reply(b"x", "101 Switching"),
        reply(b"x", "999 What"),
        *(b"", b"\x00\xff" * 100, b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/9 x\r\n\r\n"),
    ],
)
def test_what_is_too_large_or_not_http_is_refused(answer: bytes) -> None:
    with serving(saying(answer)) as peer:
        refused(peer.url(), Bounds(seconds=3, most_bytes=1000))


def test_an_answer_may_be_as_large_as_the_bound() -> None:
    with serving(saying(reply(b"x" * 1000))) as peer:
        assert len(fetch("GET", peer.url(), bounds=SHORT).body) == 1000


def test_nobody_listens_and_the_refusal_is_the_same() -> None:
    with serving(saying(reply())) as peer:
        pass
    refused(peer.url())


def test_only_so_many_ask_at_once_and_the_worker_waits_for_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slots = Slots(1)
    monkeypatch.setattr(outbound, "_calls", slots)
    with serving(saying(reply(b"yes"))) as peer:
        assert slots.take()
        begun = time.monotonic()
        refused(peer.url())
        assert time.monotonic() - begun < 0.3
        assert peer.asked == []
        threading.Timer(0.2, slots.leave).start()
        patient = Bounds(seconds=3, waits=True)
        assert fetch("GET", peer.url(), bounds=patient).body == b"yes"
        refused("x")  # a failure gives its turn back
        assert fetch("GET", peer.url()).body == b"yes"


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying(reply())) as proxy, serving(saying(reply(b"yes"))) as peer:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert fetch("GET", peer.url()).body == b"yes"
    assert proxy.asked == []


def test_why_it_failed_stands_in_the_log_at_debug_without_the_query(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound.logger, "propagate", True)
    outbound.logger.addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG, logger="config.outbound")
    try:
        refused("https://10.0.0.1/path?secret=1")
    finally:
        outbound.logger.removeHandler(caplog.handler)
    record: Any = caplog.records[0]
    assert (record.levelname, record.url) == ("DEBUG", "https://10.0.0.1/path")
    assert record.reason == "an address that is not public"
    assert not any("secret" in str(vars(entry)) for entry in caplog.records)


def _asked_by_tls(
    monkeypatch: pytest.MonkeyPatch,
    *names: str,
) -> Peer:
    """Ask https://localhost of a server whose certificate says `names`."""
    signed = authority(*names)
    trust = ssl.create_default_context(cadata=signed.authority)
    monkeypatch.setattr(outbound, "_trust", lambda: trust)
    with serving(saying(reply(b"yes")), signed.context) as peer:
        got = fetch("GET", f"https://localhost:{peer.port}/")
        assert got.body == b"yes"
    return peer


def test_a_certificate_for_the_name_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = _asked_by_tls(monkeypatch, "localhost")
    assert f"Host: localhost:{peer.port}".encode() in peer.asked[0]


def test_a_certificate_for_another_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(OutboundRefused):
        _asked_by_tls(monkeypatch, "other.example.com")


def test_a_certificate_of_nobody_we_trust_is_refused() -> None:
    with serving(saying(reply(b"yes")), authority("localhost").context) as peer:
        refused(f"https://localhost:{peer.port}/")
    assert peer.asked == []
    assert outbound._trust().check_hostname
    assert outbound._trust().verify_mode == ssl.CERT_REQUIRED


def test_plain_http_on_a_tls_address_is_refused() -> None:
    with serving(saying(reply())) as peer:
        refused(f"https://localhost:{peer.port}/")
