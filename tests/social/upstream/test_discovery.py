"""What a provider says of itself: believed within bounds, and kept a while."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import calls, discovery
from tests.factories import ConnectionFactory
from tests.social.upstreams import Upstream

PATH = "/.well-known/openid-configuration"
pytestmark = pytest.mark.spec("OpenID Connect Discovery 4.3")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let time pass by."""
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0])
    monkeypatch.setattr(discovery, "time", clock)

    def pass_by(seconds: float) -> None:
        ahead[0] += seconds

    return pass_by


def asked(upstream: Upstream) -> int:
    """Return how often it was asked what it says of itself."""
    return [each.path for each in upstream.asked].count(PATH)


def told(
    monkeypatch: pytest.MonkeyPatch,
    **changed: Any,
) -> None:
    """Have any provider say this of itself."""
    place = "https://id.example.com"
    usual = {
        "issuer": place,
        "authorization_endpoint": f"{place}/authorize",
        "token_endpoint": f"{place}/token",
        "jwks_uri": f"{place}/jwks",
    }
    monkeypatch.setattr(calls, "ask", lambda check, url: {**usual, **changed})


def test_it_is_asked_once_in_ten_minutes(
    connection: Connection,
    upstream: Upstream,
    later: Any,
) -> None:
    first = discovery.of(connection)
    assert discovery.of(connection) == first
    later(discovery.FRESH_SECONDS - 5)
    discovery.of(connection)
    assert asked(upstream) == 1
    later(10)
    discovery.of(connection)
    assert asked(upstream) == 2


def test_what_it_said_serves_a_day_where_it_does_not_answer(
    connection: Connection,
    upstream: Upstream,
    later: Any,
) -> None:
    first = discovery.of(connection)
    upstream.answers[PATH] = (500, b"")
    later(discovery.FRESH_SECONDS + 1)
    assert discovery.of(connection) == first
    assert discovery.of(connection) == first
    assert asked(upstream) == 2
    later(discovery.KEPT_SECONDS)
    with pytest.raises(UpstreamFault) as caught:
        discovery.of(connection)
    assert (caught.value.check, asked(upstream)) == ("discovery", 3)


def test_one_that_fails_is_left_alone_for_ten_seconds(
    connection: Connection,
    upstream: Upstream,
    later: Any,
) -> None:
    upstream.answers[PATH] = (500, b"")
    faults = []
    for _ in range(3):
        with pytest.raises(UpstreamFault) as caught:
            discovery.of(connection)
        faults.append(caught.value)
    assert asked(upstream) == 1
    assert {fault.reason for fault in faults} == {"status 500, no JSON"}
    assert len({id(fault) for fault in faults}) == 3  # each is recorded by itself
    del upstream.answers[PATH]
    later(discovery.FAILED_SECONDS + 1)
    assert discovery.of(connection).issuer == upstream.issuer


def test_who_comes_while_it_is_first_asked_is_not_refused(
    connection: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = discovery.read
    others: list[discovery.Metadata] = []

    def read(issuer: str) -> discovery.Metadata:
        monkeypatch.setattr(discovery, "read", real)
        others.append(discovery.of(connection))  # as another thread would
        return real(issuer)

    monkeypatch.setattr(discovery, "read", read)
    assert [discovery.of(connection)] == others


def test_a_connection_that_moved_is_asked_anew(
    connection: Connection,
    upstream: Upstream,
) -> None:
    discovery.of(connection)
    connection.issuer = f"{upstream.issuer}/other"
    with pytest.raises(UpstreamFault):
        discovery.of(connection)


@pytest.mark.parametrize(
    "issuer",
    [
        *(None, "", 5, [], "https://id.example.com.evil.example", "https://id.example"),
        *(
            "http://id.example.com",
            "https://id.example.com/x",
            "HTTPS://ID.EXAMPLE.COM",
        ),
    ],
)
def test_another_issuer_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    issuer: Any,
) -> None:
    told(monkeypatch, issuer=issuer)
    with pytest.raises(UpstreamFault) as caught:
        discovery.read("https://id.example.com")
    assert caught.value.reason == "it names another issuer"


def test_a_slash_at_the_end_is_the_providers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told(monkeypatch, issuer="https://id.example.com/")
    assert discovery.read("https://id.example.com").issuer == "https://id.example.com/"


def test_microsoft_names_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "https://login.microsoftonline.com"
    for issuer in (f"{place}/{{tenantid}}/v2.0", f"{place}/9122040d/v2.0"):
        told(monkeypatch, issuer=issuer)
        assert discovery.read(f"{place}/common/v2.0").issuer == issuer
    for issuer in (f"{place}.evil.example/x", "https://evil.example/", "https://[x"):
        told(monkeypatch, issuer=issuer)
        with pytest.raises(UpstreamFault):
            discovery.read(f"{place}/common/v2.0")
    told(monkeypatch, issuer=f"{place}/common/v2.0")
    with pytest.raises(UpstreamFault):
        discovery.read("https://id.example.com")


@pytest.mark.parametrize(
    "url",
    [
        *(None, "", 5, [], "file:///etc/passwd", "javascript:alert(1)", "//x.example/"),
        *(
            "http://x.example/",
            "https:///x",
            "https://",
            "https://[::1/",
            "x",
            "https:x",
        ),
        *("https://x.example/\n", "https://x.example/ä", "https://x.example/\ud800"),
        *("https://u@x.example/", "https://x.example/#", "https://x.example\\@y/"),
        *("https://x.example/" + "a" * 2048, "https://x.example/\x00", "data:,x"),
    ],
)
@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri"]
)
def test_nobody_is_sent_to_what_is_no_https_url(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    url: Any,
) -> None:
    told(monkeypatch, **{name: url})
    with pytest.raises(UpstreamFault) as caught:
        discovery.read("https://id.example.com")
    assert caught.value.outcome == f"discovery: {name} is no https URL"


def test_user_info_may_be_left_out_but_not_be_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for nothing in (None, "", 5):
        told(monkeypatch, userinfo_endpoint=nothing)
        assert discovery.read("https://id.example.com").userinfo_endpoint == ""
    told(monkeypatch, userinfo_endpoint="file:///x")
    with pytest.raises(UpstreamFault):
        discovery.read("https://id.example.com")


@pytest.mark.parametrize("methods", [None, "client_secret_basic", 5, {}, [["x"], 5]])
def test_methods_that_are_none_hurt_nobody(
    monkeypatch: pytest.MonkeyPatch,
    methods: Any,
) -> None:
    told(monkeypatch, token_endpoint_auth_methods_supported=methods)
    found = discovery.read("https://id.example.com").token_methods
    assert "client_secret_basic" not in found


def test_presets_are_asked_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(
        check: str,
        url: str,
    ) -> Any:
        asked.append(url)
        raise UpstreamFault(check)

    monkeypatch.setattr(calls, "ask", ask)
    for provider in ("google", "apple", "linkedin", "microsoft", "gitlab"):
        with pytest.raises(UpstreamFault):
            discovery.of(ConnectionFactory.build(provider=provider, issuer=""))
    assert asked == [
        f"https://accounts.google.com{PATH}",
        f"https://appleid.apple.com{PATH}",
        f"https://www.linkedin.com/oauth{PATH}",
        f"https://login.microsoftonline.com/common/v2.0{PATH}",
        f"https://gitlab.com{PATH}",
    ]
