"""What comes back: refusals, and answers that cannot be."""

from typing import Any

import pytest

from clients import ok, problem, scripted
from ntt_auth import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    ServerFault,
    ServerUnavailable,
    Unauthenticated,
)
from servers import Server

USERS = "/api/v1/users"
ADA = {"id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "email": "a@b.c"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthenticated),
        (403, NotAllowed),
        (404, NotFound),
        (409, Conflict),
        (410, NotFound),
        (413, BadRequest),
        (422, BadRequest),
        (500, ServerFault),
    ],
)
def test_a_problem_is_an_error_of_its_kind(
    service: Any,
    server: Server,
    status: int,
    kind: type[Exception],
) -> None:
    fault = {"pointer": "#/email", "code": "unknown_field", "detail": "Not known."}
    scripted(server, USERS, problem(status, "some_code", "Said so.", errors=[fault]))
    with pytest.raises(kind) as caught:
        service.users.create(email="a@b.c")
    error: Any = caught.value
    assert (error.status, error.code, error.reason) == (status, "some_code", "Said so.")
    assert (error.request_id, error.errors[0].pointer) == ("req-1", "#/email")
    assert server.count(USERS) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"7", b'{"code": 7}', b"[" * 99_999]
)
def test_a_proxys_page_is_an_error_too(
    service: Any,
    server: Server,
    body: bytes,
) -> None:
    server.answers[USERS] = lambda _: (403, {}, body)
    with pytest.raises(NotAllowed, match="The answer was 403"):
        service.users.create(email="a@b.c")


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[" * 99_999])
def test_a_good_answer_that_is_no_json_is_a_fault(
    service: Any,
    server: Server,
    body: bytes,
) -> None:
    server.answers[f"{USERS}/u1"] = lambda _: (200, {}, body)
    with pytest.raises(ServerFault, match="Expected JSON"):
        service.users.get("u1")


def test_a_redirect_is_not_followed(
    service: Any,
    server: Server,
) -> None:
    elsewhere = scripted(server, "/elsewhere", ok(ADA))
    server.answers[f"{USERS}/u1"] = lambda _: (307, {"Location": "/elsewhere"}, b"")
    with pytest.raises(ServerUnavailable, match="redirect"):
        service.users.get("u1")
    assert elsewhere.received == [] and server.count(f"{USERS}/u1") == 1


def test_an_endless_answer_is_refused(
    make: Any,
    server: Server,
) -> None:
    server.answers[f"{USERS}/me"] = lambda _: (200, {}, b" " * (16 * 1024 * 1024 + 1))
    with pytest.raises(ServerUnavailable, match="longer than"):
        make(server.url, token="x", retries=0).me.get()
