"""Tokens of a service and of a person: asked for, kept, replaced."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import pytest

from clients import SECRET, TOKENS, gives_tokens, ok, page, problem, scripted
from ntt_auth import (
    BadRequest,
    Client,
    ConfigurationError,
    ServerFault,
    Unauthenticated,
)
from ntt_auth.rest import sources
from servers import Server

USERS = "/api/v1/users"
ADA = {"id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "email": "a@b.c"}


def test_a_token_is_asked_for_as_oauth_has_it(
    make: Any,
    server: Server,
) -> None:
    asked = gives_tokens(server)
    scripted(server, USERS, page())
    list(make(server.url, "bil:ling", "s+cr t/é").users.list())
    (sent,) = asked.received
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    wanted = "Basic YmlsJTNBbGluZzpzJTJCY3IrdCUyRiVDMyVBOQ=="  # RFC 6749 section 2.3.1
    assert sent.headers["authorization"] == wanted
    assert parse_qs(sent.body.decode()) == {
        "grant_type": ["client_credentials"],
        "resource": [f"{server.url}/api/v1"],
        "scope": ["manage"],
    }


def test_a_token_is_kept(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page())
    for _ in range(5):
        list(service.users.list())
    assert server.count(TOKENS) == 1


def test_a_token_is_replaced_a_minute_before_its_end(
    service: Any,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = scripted(server, USERS, page())
    now = time.monotonic()
    for seconds in (0, 235, 245):
        monkeypatch.setattr(sources.time, "monotonic", lambda s=seconds: now + s)
        list(service.users.list())
    sent = [one.headers["authorization"] for one in asked.received]
    assert sent == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("code", ["token_expired", "token_revoked", "token_invalid"])
def test_a_refused_token_is_replaced_once(
    service: Any,
    server: Server,
    code: str,
) -> None:
    asked = scripted(server, USERS, problem(401, code), ok(ADA, 201))
    assert service.users.create(email="a@b.c") == ADA
    first, second = asked.received
    assert second.headers["authorization"] == "Bearer t2"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_a_second_refusal_is_the_answer(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, problem(401, "token_revoked"))
    with pytest.raises(Unauthenticated):
        service.users.create(email="a@b.c")
    assert (len(asked.received), server.count(TOKENS)) == (2, 2)


def test_another_401_replaces_no_token(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, problem(401, "insufficient_user_authentication"))
    with pytest.raises(Unauthenticated):
        service.users.create(email="a@b.c")
    assert server.count(TOKENS) == 1


def test_wrong_credentials_are_not_tried_again_at_once(
    make: Any,
    server: Server,
) -> None:
    refused = ok({"error": "invalid_client", "error_description": "No."}, 401)
    scripted(server, TOKENS, refused)
    client = make(server.url, "billing", SECRET)
    for _ in range(5):
        with pytest.raises(Unauthenticated) as caught:
            list(client.users.list())
        assert caught.value.code == "invalid_client"
    assert server.count(TOKENS) == 1


def test_the_cool_down_ends(
    make: Any,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scripted(server, TOKENS, ok({"error": "invalid_client"}, 401))
    scripted(server, USERS, page())
    client = make(server.url, "billing", SECRET)
    with pytest.raises(Unauthenticated):
        list(client.users.list())
    gives_tokens(server)
    now = time.monotonic()
    monkeypatch.setattr(sources.time, "monotonic", lambda: now + sources.COOL_DOWN)
    assert list(client.users.list()) == []


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"access_token": "t"}, {"access_token": "", "expires_in": 9}, [], "t"],
)
def test_an_answer_without_a_token_is_a_fault(
    make: Any,
    server: Server,
    answer: Any,
) -> None:
    scripted(server, TOKENS, ok(answer))
    with pytest.raises(ServerFault):
        list(make(server.url, "billing", SECRET).users.list())


def test_a_persons_token_may_be_text_or_a_function(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/users/me", ok(ADA))
    make(server.url, token="AT").me.get()
    make(server.url, token=lambda: "BT").me.get()
    make(server.url, "web").with_token("CT").me.get()
    sent = [one.headers["authorization"] for one in asked.received]
    assert sent == ["Bearer AT", "Bearer BT", "Bearer CT"]


def test_a_function_is_asked_again_where_its_token_was_refused(
    make: Any,
    server: Server,
) -> None:
    given = iter(["AT", "BT"])
    scripted(server, "/api/v1/users/me", problem(401, "token_expired"), ok(ADA))
    assert make(server.url, token=lambda: next(given)).me.get() == ADA


def test_the_same_token_is_not_sent_twice(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/users/me", problem(401, "token_expired"))
    with pytest.raises(Unauthenticated):
        make(server.url, token="AT").me.get()
    assert len(asked.received) == 1


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "é"])
def test_a_token_that_no_header_may_hold_is_refused_unseen(
    make: Any,
    server: Server,
    token: str,
) -> None:
    with pytest.raises(BadRequest) as caught:
        make(server.url, token=token).me.get()
    assert not token or token not in str(caught.value)
    assert server.asked == []


def test_a_call_without_credentials_says_what_is_missing(
    make: Any,
    server: Server,
) -> None:
    with pytest.raises(ConfigurationError, match="client_secret"):
        list(make(server.url, "web").users.list())
    assert server.asked == []


def test_many_threads_ask_for_one_token(server: Server) -> None:
    gives_tokens(server)
    scripted(server, USERS, page({"id": 1}))
    with Client(server.url, "billing", SECRET) as client:
        with ThreadPoolExecutor(32) as threads:
            found = list(threads.map(lambda _: list(client.users.list()), range(100)))
    assert found == [[{"id": 1}]] * 100
    assert server.count(TOKENS) == 1
