"""What a browser brings back: refusals, junk, other people's answers, Apple's forms."""

import socket
from typing import Any

import pytest
from pytest_django import Settings

from accounts.audit.models import Event
from accounts.models import User
from social.models import Attempt, Connection, Identity
from social.upstream import discovery
from tests.config.test_outbound import leading_to
from tests.factories import ConnectionFactory, IdentityFactory, UserFactory
from tests.social.travel import come_back, leave
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser, text, went

CALLBACK = "/account/social/example/callback/"


def refusals() -> list[tuple[str, str]]:
    """Return the checks that failed, and what was said of them."""
    events = Event.objects.filter(action="social:sign-in:refused").order_by("pk")
    return [(event.details["check"], event.outcome) for event in events]


def is_open() -> bool:
    """Tell whether the one way is still to be taken."""
    return Attempt.objects.get().claimed_at is None


@pytest.mark.spec("RFC 6749 4.1.2.1")
@pytest.mark.parametrize(
    "error", ["access_denied", "user_cancelled_authorize", "user_cancelled_login"]
)
def test_whoever_says_no_there_is_back_at_the_login(
    connection: Connection,
    upstream: Upstream,
    error: str,
) -> None:
    browser = Browser()
    state = upstream.authorize(leave(browser))["state"]
    came = come_back(browser, {"state": state, "error": error})
    assert went(came) == "/account/login/"
    assert "You did not sign in there." in text(browser.get("/account/login/"))
    assert refusals() == [("authorization", f"authorization: {error}")]
    assert not is_open()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        *(("server_error", "server_error"), ("", "error"), ("\x7f", "error")),
        *(
            ("<script>alert(1)</script>", "error"),
            ("é", "error"),
            ("x" * 9000, "error"),
        ),
        *(("a\r\nb: c", "error"), ("access_denied ", "error"), ("\u202e", "error")),
    ],
)
def test_an_error_that_is_junk_is_a_page(
    connection: Connection,
    upstream: Upstream,
    error: str,
    told: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    came = come_back(browser, {**answer, "error": error, "error_description": "evil"})
    assert came.status_code == 401
    assert "<script>alert" not in text(came) and "evil" not in text(came)
    assert refusals() == [("authorization", f"authorization: {told}")]
    assert not User.objects.exists() and not is_open()


@pytest.mark.parametrize(
    "state", ["", "x", "\x7f", "\ud7ff", "x" * 9000, "é" * 43, "../", "%00"]
)
def test_a_state_of_nobodys_is_over(
    connection: Connection,
    upstream: Upstream,
    state: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert come_back(browser, {**answer, "state": state}).status_code == 401
    missing = browser.get(CALLBACK, code=answer["code"])
    assert missing.status_code == 401
    assert browser.get(CALLBACK).status_code == 401
    assert is_open() and refusals() == []
    assert went(come_back(browser, answer)) == "/account/"


@pytest.mark.parametrize("state", ["%ff%fe", "%ed%a0%80"])
def test_a_state_that_is_no_text_is_over(
    connection: Connection,
    upstream: Upstream,
    state: str,
) -> None:
    browser = Browser()
    leave(browser)
    assert browser.client.get(f"{CALLBACK}?code=x&state={state}").status_code == 401


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_a_nul_reaches_no_page(
    connection: Connection,
    upstream: Upstream,
    name: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert come_back(browser, {**answer, name: "\x00"}).status_code == 400
    assert is_open() and refusals() == []


def test_a_state_of_another_connection_is_over(
    connection: Connection,
    upstream: Upstream,
) -> None:
    ConnectionFactory(provider_id="other", issuer=upstream.issuer)
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert come_back(browser, answer, "other").status_code == 401
    assert come_back(browser, answer, "nowhere").status_code == 401
    assert is_open()
    assert went(come_back(browser, answer)) == "/account/"


def test_a_connection_that_was_suspended_meanwhile_is_over(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    Connection.objects.update(suspended_at=connection.created_at)
    assert come_back(browser, answer).status_code == 401
    assert not User.objects.exists()


@pytest.mark.spec("RFC 9207 2.4")
@pytest.mark.parametrize("issuer", ["https://evil.example.com", "", "\x7f", "x" * 9000])
def test_an_answer_of_another_issuer_is_refused(
    connection: Connection,
    upstream: Upstream,
    issuer: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    came = come_back(browser, {**answer, "iss": issuer})
    assert came.status_code == 401 and not is_open()
    assert [check for check, _ in refusals()] == ["iss"]
    assert "/token" not in [asked.path for asked in upstream.asked]


@pytest.mark.spec("RFC 9207 2.4")
def test_an_answer_of_its_own_issuer_is_good(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert went(come_back(browser, {**answer, "iss": upstream.issuer})) == "/account/"


@pytest.mark.parametrize("code", ["", "c" * 10_000])
def test_a_code_that_is_none_is_not_sent_on(
    connection: Connection,
    upstream: Upstream,
    code: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert come_back(browser, {**answer, "code": code}).status_code == 401
    assert refusals() == [("authorization", "authorization: no code")]
    assert "/token" not in [asked.path for asked in upstream.asked]


@pytest.mark.parametrize("code", ["\x7f", "é", "c" * 4096, "a&client_id=evil", "\n"])
def test_a_code_of_nobodys_is_the_providers_to_refuse(
    connection: Connection,
    upstream: Upstream,
    code: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert come_back(browser, {**answer, "code": code}).status_code == 401
    assert refusals() == [("token", "token: invalid_grant")]
    [form] = [asked.form for asked in upstream.asked if asked.path == "/token"]
    assert (form["code"], form["client_id"]) == (code, "our-client")


def test_somebody_disabled_stands_in_the_trail_once(
    connection: Connection,
    upstream: Upstream,
) -> None:
    bob = UserFactory(email="bob@example.com", is_active=False)
    IdentityFactory(connection=connection, subject="u-1", user=bob)
    browser = Browser()
    came = come_back(browser, upstream.authorize(leave(browser)))
    assert came.status_code == 401 and not browser.is_in()
    assert [check for check, _ in refusals()] == ["account"]


@pytest.mark.parametrize("part", ["token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "address", ["10.1.2.3", "169.254.169.254", "127.0.0.1", "::1", "fd00::1"]
)
def test_what_discovery_names_is_looked_at_when_it_is_asked(
    connection: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    part: str,
    address: str,
) -> None:
    usual = discovery.of(connection)
    inner = f"https://inner.example.com:{upstream.port}/x"
    changed = discovery.Metadata(**{**vars(usual), part: inner})
    discovery._kept[connection.pk].metadata = changed
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    asked = len(upstream.asked)
    look = leading_to(monkeypatch, address)
    leads = socket.getaddrinfo

    def found(
        host: str,
        port: int,
        **more: Any,
    ) -> Any:
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return leads(host, port, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert come_back(browser, answer).status_code == 401
    assert look == ["inner.example.com"]
    check = {"token_endpoint": "token", "jwks_uri": "jwks"}.get(part, "userinfo")
    assert [name for name, _ in refusals()] == [check]
    assert "/x" not in [each.path for each in upstream.asked[asked:]]
    assert not User.objects.exists() and not Identity.objects.exists()
