"""What a client is told, checked first and never shown."""

from typing import Any

import pytest

from clients import SECRET, TOKENS, gives_tokens, ok, page, scripted
from ntt_auth import Client, ConfigurationError, Unauthenticated
from servers import Server

USERS = "/api/v1/users"


def test_nothing_secret_is_shown(
    make: Any,
    server: Server,
) -> None:
    scripted(server, TOKENS, ok({"error": "invalid_client"}, 401))
    client = make(server.url, "billing", SECRET)
    with pytest.raises(Unauthenticated) as caught:
        list(client.users.list())
    person = make(server.url, token="person-token")
    shown = (
        f"{client!r} {person!r} {caught.value!r} {caught.value} {vars(caught.value)}"
    )
    assert server.url in shown
    assert SECRET not in shown and "person-token" not in shown


def test_the_options_of_a_client_show_no_secret(server: Server) -> None:
    with Client(server.url, "billing", SECRET) as client:
        assert SECRET not in repr(client._options)
    with Client(server.url, token="person-token") as client:
        assert "person-token" not in repr(client._options)


@pytest.mark.parametrize(
    "options",
    [
        {"issuer": "http://id.example.com"},
        {"issuer": "id.example.com"},
        {"issuer": "https://u:p@id.example.com"},
        {"issuer": "https://id.example.com?x=1"},
        {"issuer": ""},
        {"client_secret": "s"},
        {"client_id": "a", "client_secret": "s", "token": "t"},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"retries": -1},
        {"retries": 11},
        {"retries": 1.5},
    ],
)
def test_a_client_that_cannot_work_is_refused(
    make: Any,
    options: dict[str, Any],
) -> None:
    with pytest.raises(ConfigurationError):
        make(**{"issuer": "https://id.example.com", **options})


def test_the_environment_gives_a_service(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gives_tokens(server)
    scripted(server, USERS, page())
    monkeypatch.setenv("NTT_AUTH_ISSUER", server.url)
    monkeypatch.setenv("NTT_AUTH_CLIENT_ID", "billing")
    monkeypatch.setenv("NTT_AUTH_CLIENT_SECRET", SECRET)
    with Client.from_env(retries=0) as client:
        assert list(client.users.list()) == []


@pytest.mark.parametrize("missing", ["ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
def test_a_variable_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"NTT_AUTH_{name}", "https://id.example.com")
    monkeypatch.delenv(f"NTT_AUTH_{missing}")
    with pytest.raises(ConfigurationError) as caught:
        Client.from_env()
    assert f"NTT_AUTH_{missing}" in str(caught.value)
