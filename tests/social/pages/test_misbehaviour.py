"""A provider that does each thing wrong: a clean page in time, nobody made, nobody connected."""

import gzip
import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from accounts.audit.models import Event
from accounts.models import User
from config import outbound
from social.models import Attempt, Connection, Identity
from social.upstream import calls
from tests.config.peers import reply
from tests.social.travel import come_back, leave
from tests.social.upstreams import Asking, Upstream, jwk
from tests.tokens.pages.people import Browser, text

SECONDS = 0.5  # of one call; a sign-in makes at most three behind discovery
LONGEST = 4 * SECONDS + 2
DISCOVERY = "/.well-known/openid-configuration"
Deed = Callable[[Upstream], None]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = outbound.Bounds(seconds=SECONDS, waits=True)
    monkeypatch.setattr(calls, "_bounds", bounds)
    monkeypatch.setattr(
        outbound.Bounds.__init__, "__defaults__", (SECONDS, 262144, False, "")
    )


def answering(
    path: str,
    answer: Any,
) -> Deed:
    """Have a path answer something else."""

    def do(upstream: Upstream) -> None:
        upstream.answers[path] = answer

    return do


def saying(**claims: Any) -> Deed:
    """Have ID tokens say something else."""

    def do(upstream: Upstream) -> None:
        upstream.claims.update(claims)

    return do


def being(**traits: Any) -> Deed:
    """Have the person be somebody else, in ID token and UserInfo."""

    def do(upstream: Upstream) -> None:
        upstream.person = {**upstream.person, **traits}

    return do


def signing(
    key: str,
    algorithm: str,
) -> Deed:
    """Have ID tokens signed otherwise."""

    def do(upstream: Upstream) -> None:
        upstream.sign = lambda claims: jwt.encode(claims, key, algorithm)

    return do


def raw(answer: bytes) -> Callable[[Asking], None]:
    """Send these bytes."""

    def say(asking: Asking) -> None:
        asking.wfile.write(answer)

    return say


def silent(asking: Asking) -> None:
    """Say nothing until the caller has left."""
    time.sleep(SECONDS + 0.2)


def dripping(asking: Asking) -> None:
    """Send one byte after the other, each within any timeout of a socket."""
    asking.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(20):
        asking.wfile.write(b" ")
        time.sleep(SECONDS / 10)


def resetting(asking: Asking) -> None:
    """Break the connection off."""
    linger = struct.pack("ii", 1, 0)
    asking.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    asking.connection.shutdown(socket.SHUT_RD)
    asking.connection.detach()


def otherwise(**changed: Any) -> dict[str, Any]:
    """Return UserInfo of the usual person, but for this."""
    usual = {"sub": "u-1", "email": "ann@example.com", "email_verified": True}
    return {**usual, **changed}


HTML = b"<!doctype html><title>Down</title>"
BOMB = gzip.compress(b" " * 10_000_000)
DEEP = b"[" * 100_000 + b"]" * 100_000
GZIP = reply(BOMB, "200 OK", "Content-Encoding: gzip")
MOVED = reply(b"", "302 Found", "Location: http://127.0.0.1:1/")
HUGE = {"sub": "u-1", "x": "x" * 10_000_000}
MANY = {"keys": [{**jwk("other"), "kid": str(n)} for n in range(10_000)]}
BAD_TOKENS: dict[str, Any] = {
    "a silent": silent,
    "a dripping": dripping,
    "a reset": resetting,
    "html": HTML,
    "an html error": (500, HTML),
    "an error with 200": {"error": "temporarily_unavailable"},
    "an error object": {"error": {"type": "OAuthException", "message": "secret-m"}},
    "a junk error": {"error": "x" * 9000 + "\x00\ud800"},
    "empty": b"",
    "null": b"null",
    "a list": [],
    "no token": {"token_type": "Bearer"},
    "a null token": {"access_token": None},
    "a number for a token": {"access_token": 5},
    "a surrogate for a token": {"access_token": "\ud800", "id_token": "a.b.c"},
    "a header for a token": {"access_token": "a\r\nX: y", "id_token": "a.b.c"},
    "a huge": HUGE,
    "a moved": raw(MOVED),
    "a bomb": raw(GZIP),
    "a deep": DEEP,
    "no utf-8": b"\xff\xfe\x00\xd8",
    "a cut off": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"),
    "no http": raw(b"220 mail.example.com ESMTP\r\n"),
}
DEEDS: dict[str, tuple[Deed, str]] = {
    **{f"{n} answer": (answering("/token", a), "token") for n, a in BAD_TOKENS.items()},
    "no ID token": (
        answering("/token", {"access_token": "at-of-the-provider"}),
        "id_token",
    ),
    "an ID token that is a list": (
        answering("/token", {"access_token": "at", "id_token": ["x"]}),
        "id_token",
    ),
    "no keys": (answering("/jwks", {"keys": []}), "jwks"),
    "silent keys": (answering("/jwks", silent), "jwks"),
    "html for keys": (answering("/jwks", HTML), "jwks"),
    "keys that are null": (answering("/jwks", b"null"), "jwks"),
    "ten thousand keys": (answering("/jwks", MANY), "jwks"),
    "keys of others": (
        answering("/jwks", {"keys": [jwk("other") | {"kid": "key-1"}]}),
        "signature",
    ),
    "alg none": (signing("", "none"), "alg"),
    "our secret as a key": (signing("our-secret" * 4, "HS256"), "alg"),
    "another issuer": (saying(iss="https://evil.example.com"), "iss"),
    "another audience": (saying(aud="other-client"), "aud"),
    "another nonce": (saying(nonce="other"), "nonce"),
    "no nonce": (saying(nonce=None), "nonce"),
    "an old token": (saying(exp=int(time.time()) - 3600), "exp"),
    "another at_hash": (saying(at_hash="x"), "at_hash"),
    "no sub": (being(sub=None), "sub"),
    "a number for sub": (being(sub=5), "sub"),
    "a bool for sub": (being(sub=True), "sub"),
    "a list for sub": (being(sub=["u-1"]), "sub"),
    "an empty sub": (being(sub=""), "sub"),
    "a huge sub": (being(sub="u" * 256), "sub"),
    "a NUL in sub": (being(sub="u\x00-1"), "sub"),
    "a surrogate in sub": (being(sub="u\ud800"), "id_token"),
    "a surrogate in email": (being(email="a\ud800@example.com"), "id_token"),
    "a line in sub": (being(sub="u\n1"), "sub"),
    "silent UserInfo": (answering("/userinfo", silent), "userinfo"),
    "html for UserInfo": (answering("/userinfo", HTML), "userinfo"),
    "an error of UserInfo": (
        answering("/userinfo", (403, {"error": "insufficient_scope"})),
        "userinfo",
    ),
    "a list for UserInfo": (answering("/userinfo", []), "userinfo"),
    "another's UserInfo": (answering("/userinfo", otherwise(sub="u-2")), "userinfo"),
    "UserInfo of nobody": (
        answering("/userinfo", {"email": "a@b.example"}),
        "userinfo",
    ),
    "another address in UserInfo": (
        answering("/userinfo", otherwise(email="eve@example.com")),
        "email",
    ),
    "a list for an address in UserInfo": (
        answering("/userinfo", otherwise(email=["ann@example.com"])),
        "email",
    ),
}


def event_of(check: str) -> Event:
    """Return the one event of a refusal, which names a check and holds nothing secret."""
    [event] = Event.objects.filter(action="social:sign-in:refused")
    assert event.details == {"connection": "example", "check": check}
    assert event.outcome.startswith(check) and not event.succeeded
    return event


@pytest.mark.parametrize("name", DEEDS)
def test_whatever_a_provider_does_wrong_is_a_page_and_nobody_is_in(
    connection: Connection,
    upstream: Upstream,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    deed, check = DEEDS[name]
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    deed(upstream)
    begun = time.monotonic()
    with caplog.at_level(logging.DEBUG):
        came = come_back(browser, answer)
    assert time.monotonic() - begun < LONGEST
    assert came.status_code == 401
    assert "Example ID" in text(came) and "Traceback" not in text(came)
    assert not User.objects.exists() and not Identity.objects.exists()
    assert Attempt.objects.get().claimed_at is not None
    event = event_of(check)
    written = f"{event.details}{event.outcome}{caplog.text}{text(came)}"
    secrets = ("our-secret", "at-of-the-provider", "secret-m", answer["code"])
    assert [s for s in (*secrets, answer["state"]) if s in written] == []
    assert not browser.is_in()
    assert come_back(browser, answer).status_code == 401


BAD_METADATA: dict[str, Any] = {
    "silent": silent,
    "dripping": dripping,
    "reset": resetting,
    "html": HTML,
    "not found": (404, {"error": "not_found"}),
    "a list": [],
    "null": b"null",
    "moved": raw(MOVED),
    "a bomb": raw(GZIP),
    "huge": HUGE,
    "deep": DEEP,
    "another issuer": {"issuer": "https://evil.example.com"},
    "issuer a list": {"issuer": ["https://evil.example.com"]},
    "a file": {"token_endpoint": "file:///etc/passwd"},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "plain http": {"jwks_uri": "http://keys.example.com/"},
    "a broken host": {"token_endpoint": "https://[::1/"},
    "a line": {"authorization_endpoint": "https://id.example.com/\r\nX: y"},
    "a surrogate": {"authorization_endpoint": "https://id.example.com/\ud800"},
    "a user": {"authorization_endpoint": "https://a:b@id.example.com/"},
    "a fragment": {"authorization_endpoint": "https://id.example.com/#x"},
    "a number": {"userinfo_endpoint": 5, "token_endpoint": None},
    "a huge URL": {"authorization_endpoint": "https://id.example.com/" + "a" * 9000},
}


@pytest.mark.parametrize("name", BAD_METADATA)
def test_whatever_is_wrong_with_discovery_sends_nobody_anywhere(
    connection: Connection,
    upstream: Upstream,
    name: str,
) -> None:
    bad = BAD_METADATA[name]
    if isinstance(bad, dict):
        asked: Any = type("Asked", (), {"path": DISCOVERY})
        bad = {**upstream.document(asked), **bad}
    upstream.answers[DISCOVERY] = bad
    browser = Browser()
    begun = time.monotonic()
    answer = browser.post("/account/social/example/")
    assert time.monotonic() - begun < LONGEST
    assert answer.status_code == 401 and "Refresh" not in answer
    assert not Attempt.objects.exists()
    event_of("discovery")
    assert browser.post("/account/social/example/").status_code == 401
    assert Event.objects.filter(action="social:sign-in:refused").count() == 2


def test_nothing_of_a_token_is_kept_in_the_trail_of_a_person(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    come_back(browser, answer)
    written = json.dumps(list(Event.objects.values("details", "outcome")), default=str)
    for secret in ("at-of-the-provider", "our-secret", *answer.values()):
        assert secret not in written
