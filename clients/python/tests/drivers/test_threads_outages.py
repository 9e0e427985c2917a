"""The blocking verifier where threads or names cannot be had."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import tokens
from ntt_auth import KeysUnavailable, TokenRevoked, Verifier
from played import row
from servers import AUDIENCE, Issuer, until


def refused(
    verifier: Verifier,
    token: str,
) -> bool:
    try:
        verifier.verify(token)
    except TokenRevoked:
        return True
    return False


def test_where_there_are_no_threads_it_reads_by_itself(
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def refuse_ours(thread: threading.Thread) -> None:
        if thread.name.startswith("ntt-auth"):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_ours)
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    assert verifier.verify(token).sub == "ada"
    issuer.rows.append(row("session", "s1"))
    until(lambda: refused(verifier, token))


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names are resolved after ten seconds, as where a name server is lost."""
    found = threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        found.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    yield
    found.set()


@pytest.mark.usefixtures("slow_names")
def test_a_lost_name_server_holds_nobody_up() -> None:
    issuer, began = "https://id.example.com", time.monotonic()
    with Verifier(issuer, AUDIENCE, http_timeout=0.2) as verifier:
        for _ in range(3):
            with pytest.raises(KeysUnavailable):
                verifier.verify(tokens.mint())
        with pytest.raises(KeysUnavailable):
            verifier.warm()
        assert verifier.status().last_error.startswith("keys: ")
    assert time.monotonic() - began < 4


@pytest.mark.usefixtures("slow_names")
def test_whoever_has_the_keys_verifies_while_names_are_lost(issuer: Issuer) -> None:
    options: dict[str, Any] = {"jwks": issuer.jwks(), "http_timeout": 0.2}
    began = time.monotonic()
    with Verifier("https://id.example.com", AUDIENCE, **options) as verifier:
        token = issuer.token(iss="https://id.example.com")
        assert verifier.verify(token).sub == "ada"
        took = time.monotonic() - began
        assert verifier.verify(token).sub == "ada"
    assert took < 2
