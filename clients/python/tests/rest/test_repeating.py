"""What is sent again, and what is not."""

import json
import threading
import time
from email.utils import formatdate
from typing import Any

import pytest

from clients import ok, problem, scripted
from ntt_auth import RateLimited, ServerFault, ServerUnavailable
from servers import Server

USERS = "/api/v1/users"
ADA = {"id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "email": "a@b.c"}
LOGIN = "/api/v1/auth/login"
PAIR = {"access_token": "AT", "refresh_token": "RT"}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_repeated_until_it_is_answered(
    service: Any,
    server: Server,
    status: int,
) -> None:
    bad = problem(status, "passing")
    asked = scripted(server, f"{USERS}/u1", bad, bad, bad, ok(ADA))
    assert service.users.get("u1") == ADA
    assert len(asked.received) == 4


def test_three_repetitions_are_enough(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/u1", problem(503, "busy"))
    with pytest.raises(ServerFault) as caught:
        service.users.get("u1")
    assert caught.value.code == "busy"
    assert len(asked.received) == 4


def test_a_repeated_post_of_management_has_the_same_key(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, problem(502, "x"), None, ok(ADA, 201))
    assert service.users.create(email="a@b.c") == ADA
    assert len({sent.headers["idempotency-key"] for sent in asked.received}) == 1
    assert len(asked.received) == 3


def test_two_calls_have_two_keys(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, ok(ADA, 201))
    for _ in range(2):
        service.users.create(email="a@b.c")
    assert len({sent.headers["idempotency-key"] for sent in asked.received}) == 2


def test_a_first_request_that_is_still_served_is_waited_for(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, problem(409, "request_in_progress"), ok(ADA, 201))
    assert service.users.create(email="a@b.c") == ADA


@pytest.mark.parametrize(
    "answer",
    [problem(502, "x"), problem(504, "x"), problem(503, "x"), problem(429, "x"), None],
)
def test_a_sign_in_that_may_have_been_done_is_not_repeated(
    make: Any,
    server: Server,
    answer: Any,
) -> None:
    asked = scripted(server, LOGIN, answer, ok(PAIR))
    with pytest.raises((ServerFault, RateLimited, ServerUnavailable)):
        make(server.url).auth.login("a@b.c", "pw")
    assert len(asked.received) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_sign_in_that_the_server_put_off_is_repeated(
    make: Any,
    server: Server,
    status: int,
) -> None:
    off = problem(status, "later", headers={"Retry-After": "0"})
    scripted(server, LOGIN, off, ok(PAIR))
    assert make(server.url).auth.login("a@b.c", "pw") == PAIR


def test_a_change_is_not_repeated_blindly(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/u1", problem(502, "x"), ok(ADA))
    with pytest.raises(ServerFault):
        service.users.update("u1", name="Ada")
    assert len(asked.received) == 1


def test_retry_after_is_waited_for(
    service: Any,
    server: Server,
) -> None:
    off = problem(429, "slow", headers={"Retry-After": "1"})
    scripted(server, f"{USERS}/u1", off, ok(ADA))
    began = time.monotonic()
    assert service.users.get("u1") == ADA
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("said", ["61", "86400", formatdate(time.time() + 900)])
def test_whoever_is_asked_to_wait_long_is_told_so_instead(
    service: Any,
    server: Server,
    said: str,
) -> None:
    asked = scripted(
        server, f"{USERS}/u1", problem(429, "slow", headers={"Retry-After": said})
    )
    with pytest.raises(RateLimited) as caught:
        service.users.get("u1")
    assert caught.value.retry_after is not None and caught.value.retry_after > 60
    assert len(asked.received) == 1


@pytest.mark.parametrize("said", ["soon", "-1", "1e3", "²", formatdate(0)])
def test_a_retry_after_that_says_nothing_holds_nobody_up(
    service: Any,
    server: Server,
    said: str,
) -> None:
    body = json.dumps({"code": "slow"}).encode()
    headers = {"Retry-After": said.encode().decode("latin-1")}
    asked = scripted(server, f"{USERS}/u1", (429, headers, body), ok(ADA))
    assert service.users.get("u1") == ADA
    assert len(asked.received) == 2


def test_a_server_that_is_not_there_is_unavailable(make: Any) -> None:
    with pytest.raises(ServerUnavailable) as caught:
        make("http://127.0.0.1:9").auth.login("a@b.c", "pw")
    assert caught.value.status == 503


def test_a_slow_answer_is_given_up(
    make: Any,
    server: Server,
) -> None:
    ends = threading.Event()
    server.answers["/api/v1/users/me"] = lambda _: (ends.wait(5) and None) or ok({})
    with pytest.raises(ServerUnavailable):
        make(server.url, token="x", timeout=0.1, retries=0).me.get()
    ends.set()
