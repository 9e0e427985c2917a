"""Asking a provider: its answer, a fault, and who may wait for it."""

from contextlib import ExitStack
from typing import Any

import pytest
from pytest_django import Settings

from config.slots import Slots
from social.errors import ProviderUnavailable, UpstreamFault
from social.upstream import calls
from tests.config.test_outbound import leading_to
from tests.factories import ConnectionFactory
from tests.social.upstreams import Upstream


def fault(
    upstream: Upstream,
    answer: Any,
) -> str:
    """Return what is said of an answer that is none."""
    upstream.answers["/x"] = answer
    with pytest.raises(UpstreamFault) as caught:
        calls.ask("check", f"{upstream.issuer}/x")
    assert caught.value.__cause__ is None
    return caught.value.outcome


def test_an_answer_is_json(upstream: Upstream) -> None:
    answers: list[Any] = [{"a": 1}, [], "x", 5]
    for answer in answers:
        upstream.answers["/x"] = answer
        assert calls.ask("check", f"{upstream.issuer}/x") == answer
    [asked, *_] = upstream.asked
    assert (asked.method, asked.headers["accept"]) == ("GET", "application/json")


def test_a_form_is_posted(upstream: Upstream) -> None:
    upstream.answers["/x"] = {}
    calls.ask("check", f"{upstream.issuer}/x", form={"a": "b c&d=é"})
    [asked] = upstream.asked
    assert (asked.method, asked.form) == ("POST", {"a": "b c&d=é"})
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((500, b"x"), "check: status 500, no JSON"),
        ((200, b""), "check: status 200, no JSON"),
        ((201, {}), "check: status 201"),
        ((404, {}), "check: status 404"),
        ({"error": "invalid_grant"}, "check: invalid_grant"),
        ((400, {"error": "invalid_grant"}), "check: invalid_grant"),
        ({"error": "a b"}, "check: status 200"),
        ({"error": "<b>"}, "check: status 200"),
        ({"error": "x" * 65}, "check: status 200"),
        ({"error": "x\n"}, "check: status 200"),
        ({"error": True}, "check: status 200"),
        ({"error": ["x"]}, "check: status 200"),
        ({"error": {"type": "OAuthException"}}, "check: OAuthException"),
        ({"error": {"type": 5}}, "check: status 200"),
    ],
)
def test_whatever_is_no_good_answer_is_a_fault(
    upstream: Upstream,
    answer: Any,
    outcome: str,
) -> None:
    assert fault(upstream, answer) == outcome


def test_an_error_that_is_null_is_none(upstream: Upstream) -> None:
    upstream.answers["/x"] = {"error": None, "a": 1}
    assert calls.ask("check", f"{upstream.issuer}/x") == {"error": None, "a": 1}


@pytest.mark.spec("RFC 6749 A.12")
@pytest.mark.parametrize("token", [None, 5, "", [], "a\r\nb", "é", "\ud800", "\x00"])
def test_a_token_is_plain_text(
    upstream: Upstream,
    token: Any,
) -> None:
    upstream.answers["/x"] = {"access_token": token}
    with pytest.raises(UpstreamFault) as caught:
        calls.exchange(f"{upstream.issuer}/x", {})
    assert caught.value.outcome == "token: no access token"


def test_few_wait_for_one_provider_and_a_few_more_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(6))
    connections = [ConnectionFactory.build() for _ in range(4)]
    with ExitStack() as held:
        for connection in connections[:3]:
            for _ in range(2):
                held.enter_context(calls.place(connection))
            with pytest.raises(ProviderUnavailable) as caught, calls.place(connection):
                pass
            assert caught.value.retry_after == 2
        with pytest.raises(ProviderUnavailable), calls.place(connections[3]):
            pass
    with calls.place(connections[3]):
        pass


def test_a_place_is_given_back_whatever_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(1))
    connection = ConnectionFactory.build()
    for _ in range(3):
        with pytest.raises(UpstreamFault), calls.place(connection):
            raise UpstreamFault("check")


@pytest.mark.parametrize(
    "url",
    [
        *("https://10.0.0.1/x", "https://169.254.169.254/latest/meta-data/"),
        *("https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x"),
        *("https://[fd00::1]/x", "https://[::ffff:10.0.0.1]/x", "https://2130706433/"),
        *("http://id.example.com/x", "file:///etc/passwd", "https://192.168.1.1:8443/"),
    ],
)
def test_our_own_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    url: str,
) -> None:
    settings.ISSUER = "https://login.example.com"

    def connected(*given: Any) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr("socket.socket.connect", connected)
    with pytest.raises(UpstreamFault):
        calls.ask("check", url)


def test_a_name_that_leads_into_our_network_is_asked_where_an_operator_lets_it(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    settings.ISSUER = "https://login.example.com"
    connected: list[Any] = []

    def connect(
        self: Any,
        address: Any,
    ) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.socket.connect", connect)
    for address in ("10.1.2.3", "169.254.169.254", "127.0.0.1", "::1", "fd00::1"):
        leading_to(monkeypatch, address)
        with pytest.raises(UpstreamFault) as caught:
            calls.ask("check", "https://id.corp.example.com/x")
        assert caught.value.reason == "an address that is not public"
    assert connected == []
    leading_to(monkeypatch, "10.1.2.3")
    for entry in ("id.corp.example.com", "10.1.0.0/16"):
        settings.OUTBOUND_ALLOWED_HOSTS = [entry]
        with pytest.raises(UpstreamFault):
            calls.ask("check", "https://id.corp.example.com/x")
    assert connected == [("10.1.2.3", 443)] * 2
