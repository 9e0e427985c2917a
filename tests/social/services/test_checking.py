"""Whether a connection works: each thing that can be wrong is said, in words."""

import time
from typing import Any

import pytest

from accounts.audit.models import Event
from config import outbound
from config.encryption import encrypt
from social.models import Connection
from social.services.checking import Finding, check_connection
from social.upstream import calls
from tests.factories import ConnectionFactory
from tests.social.keys import APPLE_KEY
from tests.social.upstreams import Asking, Upstream

CALLBACK = "https://auth.example.com/account/social/example/callback/"
DISCOVERY = "/.well-known/openid-configuration"
GITHUB = "/login/oauth/access_token"


def check(connection: Connection) -> dict[str, Finding]:
    """Return what is found, by title."""
    found = check_connection(connection, redirect_uri=CALLBACK)
    return {finding.title: finding for finding in found}


def github(upstream: Upstream) -> Connection:
    """Return a connection to a GitHub Enterprise Server."""
    made: Connection = ConnectionFactory(provider="github", issuer=upstream.issuer)
    return made


def test_all_is_right(
    connection: Connection,
    upstream: Upstream,
) -> None:
    found = check(connection)
    assert [(f.title, f.works) for f in found.values()] == [
        ("Discovery", True),
        ("Keys", True),
        ("Client", True),
    ]
    assert upstream.issuer in found["Discovery"].detail
    assert "1 of its keys" in found["Keys"].detail
    assert "invalid_grant" in found["Client"].detail
    asked = upstream.asked[-1]
    assert (asked.path, asked.form["redirect_uri"]) == ("/token", CALLBACK)
    assert asked.form["code"] == "ntt-connection-test"
    assert 43 <= len(asked.form["code_verifier"]) <= 128
    assert not Event.objects.exists()


def test_a_wrong_secret_is_said_and_not_repeated(
    connection: Connection,
    upstream: Upstream,
) -> None:
    upstream.client_secret = "another"
    found = check(connection)
    assert found["Discovery"].works and found["Keys"].works
    assert not found["Client"].works
    assert "not accepted (invalid_client)" in found["Client"].detail
    assert "our-secret" not in str(found)


@pytest.mark.parametrize(
    ("answer", "works", "said"),
    [
        ((400, {"error": "invalid_client"}), False, "not accepted"),
        ((401, {"error": "unauthorized_client"}), False, "not accepted"),
        ((401, {}), False, "not accepted (status 401)"),
        ((404, {}), False, "not accepted (status 404)"),
        ((400, {"error": "invalid_grant"}), True, "known there (invalid_grant)"),
        ({"error": "invalid_grant"}, True, "known there"),
        ((400, {"error": "redirect_uri_mismatch"}), False, "callback URL is not"),
        ((400, {"error": "<b>x</b>"}), False, "token: status 400"),
        ((500, {}), False, "token: status 500"),
        ((302, {}), False, "No usable answer"),
        (b"<html>Welcome</html>", False, "no JSON"),
        (b"[" * 10000, False, "no JSON"),
        ([], False, "no access token"),
        ({"access_token": None}, False, "no access token"),
        ({"access_token": "x"}, False, "takes a code that nobody has"),
    ],
)
def test_what_the_token_endpoint_says_is_put_in_words(
    connection: Connection,
    upstream: Upstream,
    answer: Any,
    works: bool,
    said: str,
) -> None:
    upstream.answers["/token"] = answer
    found = check(connection)["Client"]
    assert (found.works, said in found.detail) == (works, True), found


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"issuer": "https://evil.example.com"}, "it names another issuer"),
        ({}, "it names another issuer"),
        ([], "it names another issuer"),
        (b"<html>Welcome</html>", "no JSON"),
        ((404, {}), "status 404"),
        ((302, {}), "No usable answer"),
        (b"x" * 300_000, "No usable answer"),
    ],
)
def test_discovery_that_is_none_ends_the_test(
    connection: Connection,
    upstream: Upstream,
    answer: Any,
    said: str,
) -> None:
    upstream.answers[DISCOVERY] = answer
    found = check(connection)
    assert set(found) == {"Discovery"} and not found["Discovery"].works
    assert said in found["Discovery"].detail


def test_an_endpoint_in_clear_text_is_named(
    connection: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers[DISCOVERY] = {
        "issuer": upstream.issuer,
        "authorization_endpoint": "http://id.example.com/authorize",
    }
    found = check(connection)["Discovery"]
    assert "authorization_endpoint is no https URL" in found.detail


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>", "does not answer with keys"),
        ((500, {}), "does not answer with keys"),
        ({"keys": []}, "None of its keys"),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, "None of its keys"),
        ({"keys": "none"}, "does not answer with keys"),
        ([], "does not answer with keys"),
    ],
)
def test_keys_that_are_none_are_said_and_the_client_asked_all_the_same(
    connection: Connection,
    upstream: Upstream,
    answer: Any,
    said: str,
) -> None:
    upstream.answers["/jwks"] = answer
    found = check(connection)
    assert not found["Keys"].works and said in found["Keys"].detail
    assert found["Client"].works


@pytest.mark.django_db
def test_nobody_answers() -> None:
    found = check(ConnectionFactory(issuer="http://127.0.0.1:9"))
    assert set(found) == {"Discovery"}
    assert "No usable answer (discovery: " in found["Discovery"].detail


def test_one_that_hangs_is_waited_for_no_longer_than_a_call_may_take(
    connection: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hang(asking: Asking) -> None:
        time.sleep(3)

    upstream.answers[DISCOVERY] = hang
    bounds = outbound.Bounds(seconds=0.3, waits=True)
    monkeypatch.setattr(calls, "_bounds", bounds)
    began = time.monotonic()
    assert not check(connection)["Discovery"].works
    assert time.monotonic() - began < 2


def test_a_private_network_is_not_asked(
    connection: Connection,
    upstream: Upstream,
) -> None:
    connection.issuer = "https://10.0.0.1"
    found = check(connection)
    assert not found["Discovery"].works and upstream.asked == []


def test_where_too_many_wait_already_it_is_said(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls._waiting, "take", lambda owner: False)
    found = check(connection)
    assert set(found) == {"Connection"} and not found["Connection"].works


def test_a_secret_that_no_key_opens_is_said(
    connection: Connection,
    settings: Any,
) -> None:
    settings.ENCRYPTION_KEYS = ["another-key-that-opens-nothing-of-ours"]
    found = check(connection)
    assert "ENCRYPTION_KEYS" in found["Connection"].detail


@pytest.mark.parametrize(
    ("word", "works", "said"),
    [
        ("incorrect_client_credentials", False, "The client is not accepted"),
        ("application_suspended", False, "The client is not accepted"),
        ("redirect_uri_mismatch", False, "The callback URL is not registered there"),
        ("bad_verification_code", True, "It is known there"),
    ],
)
def test_githubs_words_come_with_status_200(
    db: None,
    upstream: Upstream,
    word: str,
    works: bool,
    said: str,
) -> None:
    upstream.answers[GITHUB] = {"error": word, "error_description": "<b>x</b>"}
    found = check(github(upstream))
    assert set(found) == {"Client"}
    assert found["Client"].works is works
    assert said in found["Client"].detail and "<b>" not in found["Client"].detail
    assert upstream.asked[-1].form["client_secret"] == "our-secret"


@pytest.mark.parametrize("answer", [b"<html>", (404, b"Not Found"), (500, {})])
def test_github_that_is_elsewhere_is_no_usable_answer(
    db: None,
    upstream: Upstream,
    answer: Any,
) -> None:
    upstream.answers[GITHUB] = answer
    assert not check(github(upstream))["Client"].works


@pytest.mark.parametrize(
    ("answer", "works", "said"),
    [
        ({"access_token": "1|x", "token_type": "bearer"}, True, "known there"),
        (
            (400, {"error": {"type": "OAuthException", "code": 1}}),
            False,
            "secret is not",
        ),
        ((500, {}), False, "No usable answer"),
        (b"<html>", False, "No usable answer"),
    ],
)
def test_facebook_is_asked_for_a_token_of_the_app(
    db: None,
    upstream: Upstream,
    answer: Any,
    works: bool,
    said: str,
) -> None:
    made = ConnectionFactory(provider="facebook", issuer=upstream.issuer)
    upstream.answers["/v24.0/oauth/access_token"] = answer
    found = check(made)
    assert set(found) == {"Client"} and found["Client"].works is works
    assert said in found["Client"].detail and "1|x" not in str(found)
    assert upstream.asked[-1].form["grant_type"] == "client_credentials"
    assert "code" not in upstream.asked[-1].form


def test_an_apple_key_that_signs_nothing_is_the_clients_fault(
    db: None,
    upstream: Upstream,
) -> None:
    made: Connection = ConnectionFactory(
        provider="apple",
        issuer=upstream.issuer,
        client_secret=encrypt("no key"),
        team_id="TEAM",
        key_id="KEY",
    )
    found = check(made)
    assert found["Keys"].works and not found["Client"].works
    assert "the private key is not usable" in found["Client"].detail
    made.client_secret = encrypt(APPLE_KEY)
    upstream.answers["/token"] = (400, {"error": "invalid_grant"})
    assert check(made)["Client"].works
    assert upstream.asked[-1].form["client_secret"].count(".") == 2
