"""Which keys of an application we trust, and how often its address is asked."""

import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from tenants.models import Application
from tests.config.peers import Peer, reply, saying, serving
from tests.conftest import Together
from tests.factories import ApplicationFactory
from tests.tokens.oidc.signers import ISSUER, jwks, signer
from tokens.oidc import client_keys
from tokens.oidc.client_keys import candidates, suitable

RSA = signer("RS256").jwk
EC = signer("ES256").jwk
OKP = signer("EdDSA").jwk


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.ISSUER = ISSUER
    client_keys.forget()
    yield
    client_keys.forget()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the clock of the cache run ahead by so many seconds."""
    ahead = [0.0]

    def monotonic() -> float:
        return time.monotonic() + ahead[0]

    monkeypatch.setattr(client_keys, "time", SimpleNamespace(monotonic=monotonic))

    def pass_by(seconds: float) -> None:
        ahead[0] += seconds

    return pass_by


def asked(
    application: Application,
    kid: str = "one",
    algorithm: str = "ES256",
) -> list[str]:
    """Return the names of the keys that may have signed."""
    return [k.kid for k in candidates(application, kid=kid, algorithm=algorithm)]


def at(peer: Peer) -> Application:
    """Return an application whose keys are there; nothing is stored."""
    made: Application = ApplicationFactory.build(jwks_uri=peer.url("/jwks"))
    return made


@pytest.mark.spec("RFC 7517 4")
@pytest.mark.parametrize(
    ("jwk", "algorithms"),
    [
        (RSA, {"RS256", "PS256"}),
        (RSA | {"alg": "PS256"}, {"PS256"}),
        (EC | {"use": "sig", "key_ops": ["verify"]}, {"ES256"}),
        (OKP, {"EdDSA"}),
        (signer("RS256", kid=None).jwk, {"RS256", "PS256"}),
    ],
)
def test_a_public_key_may_have_signed_with_what_fits_it(
    jwk: dict[str, Any],
    algorithms: set[str],
) -> None:
    [key] = suitable({"keys": [jwk]})
    assert (key.kid, set(key.algorithms)) == (jwk.get("kid", ""), algorithms)


@pytest.mark.spec("RFC 8725 3.5")
@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        signer("RS256", bits=1024).jwk,
        signer("ES384").jwk,
        RSA | {"d": "AQAB"},
        EC | {"d": "AQAB"},
        RSA | {"k": "AQAB"},
        RSA | {"use": "enc"},
        RSA | {"key_ops": ["encrypt"]},
        RSA | {"key_ops": "verify"},
        RSA | {"alg": "HS256"},
        RSA | {"alg": "none"},
        RSA | {"alg": "RSA-OAEP"},
        RSA | {"alg": ["RS256"]},
        RSA | {"alg": {}},
        RSA | {"n": "A" * 3000},
        RSA | {"n": 5},
        RSA | {"n": "ä"},
        RSA | {"e": "A" * 9},
        RSA | {"e": "AA"},
        RSA | {"kid": 5},
        RSA | {"kty": "EC"},
        RSA | {"kty": ["RSA"]},
        RSA | {"kty": None},
        EC | {"x": "AA"},
        EC | {"x": OKP["x"]},
        EC | {"crv": "secp256k1"},
        OKP | {"crv": "X25519"},
        OKP | {"crv": "Ed448"},
        OKP | {"x": ""},
        *({}, [], None, "x", 5, {"kty": "RSA"}),
    ],
)
def test_what_fits_no_signature_of_ours_is_passed_over(jwk: Any) -> None:
    assert [key.kid for key in suitable({"keys": [jwk, EC]})] == ["one"]


@pytest.mark.parametrize("document", [None, [], "x", {}, {"keys": {}}, {"keys": "x"}])
def test_what_is_no_jwks_holds_no_key(document: Any) -> None:
    assert suitable(document) == []


def test_only_so_many_keys_are_looked_at() -> None:
    assert len(suitable({"keys": [EC] * 50})) == client_keys.MOST_KEYS


def test_a_key_is_found_by_name_or_where_it_has_none() -> None:
    keys = jwks(signer("ES256"), signer("ES256", kid="two"), signer("ES256", kid=None))
    application = ApplicationFactory.build(jwks=keys)
    assert asked(application) == ["one", ""]
    assert asked(application, kid="") == ["one", "two", ""]
    assert asked(application, kid="three") == [""]
    assert asked(application, algorithm="RS256") == []
    assert asked(ApplicationFactory.build()) == []


def document(*names: str) -> bytes:
    """Return a JWKS of keys with these names as an answer."""
    keys = [signer("ES256").jwk | {"kid": name} for name in names]
    return reply(json.dumps({"keys": keys}).encode())


def test_an_address_is_asked_once_in_five_minutes(later: Any) -> None:
    with serving(saying(document("one"))) as peer:
        application = at(peer)
        for _ in range(3):
            assert asked(application) == ["one"]
        later(299)
        assert asked(application) == ["one"] and len(peer.asked) == 1
        later(2)
        assert asked(application) == ["one"] and len(peer.asked) == 2
    assert b"GET /jwks HTTP/1.1" in peer.asked[0]


def test_an_unknown_name_asks_again_but_not_more_than_twice_a_minute(
    later: Any,
) -> None:
    answers = [document("one"), document("one", "two"), document("one")]

    def handle(
        connection: Any,
        request: bytes,
    ) -> None:
        connection.sendall(answers.pop(0))

    with serving(handle) as peer:
        application = at(peer)
        assert asked(application) == ["one"]
        assert asked(application, kid="two") == []
        later(31)
        assert asked(application, kid="two") == ["two"]
        for _ in range(5):
            assert asked(application, kid="made up") == []
        assert len(peer.asked) == 2
        later(31)
        assert asked(application, kid="made up") == []
        assert asked(application, kid="two") == []  # it is gone from the answer
        assert len(peer.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"{}", "500 Down"),
        reply(b'{"keys": []}', "404 Not"),
        reply(b"[" * 100_000),
        reply(b"\xff"),
        reply(b"[]"),
        reply(b'{"keys": 1}'),
        reply(b"", "302 Found", "Location: /"),
        b"garbage",
    ],
)
def test_the_last_good_keys_serve_for_a_day(
    answer: bytes,
    later: Any,
) -> None:
    answers = [document("one")]

    def handle(
        connection: Any,
        request: bytes,
    ) -> None:
        connection.sendall(answers.pop() if answers else answer)

    with serving(handle) as peer:
        application = at(peer)
        assert asked(application) == ["one"]
        later(301)
        assert asked(application) == ["one"]
        assert asked(application) == ["one"] and len(peer.asked) == 2
        later(11)
        assert asked(application) == ["one"] and len(peer.asked) == 3
        later(86400)
        assert asked(application) == []


def test_an_answer_without_keys_takes_them_away(later: Any) -> None:
    answers = [document("one"), reply(b'{"keys": []}')]

    def handle(
        connection: Any,
        request: bytes,
    ) -> None:
        connection.sendall(answers.pop(0))

    with serving(handle) as peer:
        application = at(peer)
        assert asked(application) == ["one"]
        later(301)
        assert asked(application) == []


def test_another_address_is_another_cache() -> None:
    with (
        serving(saying(document("one"))) as one,
        serving(saying(document("two"))) as two,
    ):
        application = at(one)
        assert asked(application) == ["one"]
        application.jwks_uri = two.url()
        assert asked(application, kid="two") == ["two"]


def test_an_inner_address_has_no_keys() -> None:
    application = ApplicationFactory.build(jwks_uri="https://10.0.0.1/jwks")
    assert asked(application) == []


def test_of_many_who_need_it_one_asks(together: Together) -> None:
    begun = threading.Event()

    def slow(
        connection: Any,
        request: bytes,
    ) -> None:
        begun.wait(0.3)
        connection.sendall(document("one"))

    with serving(slow) as peer:
        application = at(peer)
        assert together(8, lambda number: asked(application)) == [["one"]] * 8
        assert len(peer.asked) == 1


def test_who_has_good_keys_waits_for_nobody(later: Any) -> None:
    with serving(saying(document("one"))) as peer:
        application = at(peer)
        assert asked(application) == ["one"]
        later(301)
        kept = client_keys._kept[application.pk]
        with kept.asking:
            assert asked(application) == ["one"]
        assert len(peer.asked) == 1


def test_no_more_than_a_few_wait_for_anothers_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_keys, "_waiters", threading.BoundedSemaphore(1))
    with serving(saying(document("one"))) as peer:
        application = at(peer)
        client_keys._kept[application.pk] = kept = client_keys._Kept(peer.url("/jwks"))
        with kept.asking, client_keys._waiters:
            assert asked(application) == []
    assert peer.asked == []


def test_only_so_many_applications_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_keys, "_MOST_SOURCES", 2)
    for _ in range(4):
        asked(ApplicationFactory.build(jwks_uri="https://10.0.0.1/jwks"))
    assert len(client_keys._kept) == 2
