"""The REST client against a server on the loopback: blocking and not, the same tests."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from clients import SECRET, TOKENS, gives_tokens, ok, page, problem, scripted
from ntt_auth import (
    BadRequest,
    Client,
    ConfigurationError,
    Conflict,
    NotAllowed,
    NotFound,
    RateLimited,
    ServerFault,
    ServerUnavailable,
    StepRequired,
    Unauthenticated,
)
from ntt_auth.rest import sources
from servers import Server

USERS = "/api/v1/users"
ADA = {"id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "email": "a@b.c"}
LOGIN = "/api/v1/auth/login"
PAIR = {"access_token": "AT", "refresh_token": "RT"}


# What is sent, and what comes back


def test_a_service_makes_a_user(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, ok(ADA, 201))
    assert service.users.create(email="a@b.c", send_invite=True) == ADA
    (sent,) = asked.received
    assert (sent.method, sent.headers["authorization"]) == ("POST", "Bearer t1")
    assert sent.json == {"email": "a@b.c", "send_invite": True}
    assert UUID(sent.headers["idempotency-key"])


def test_a_key_of_ones_own_is_sent(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, ok(ADA, 201))
    service.users.create(email="a@b.c", idempotency_key="order-7")
    assert asked.received[0].headers["idempotency-key"] == "order-7"


@pytest.mark.parametrize("key", ["a b", "é", "a\nb", "\x00"])
def test_a_key_that_no_header_may_hold_is_refused_unsent(
    service: Any,
    server: Server,
    key: str,
) -> None:
    with pytest.raises(BadRequest):
        service.users.create(email="a@b.c", idempotency_key=key)
    assert server.count(USERS) == 0


def test_null_is_sent_where_it_is_given(
    service: Any,
    server: Server,
) -> None:
    path = "/api/v1/tenants/shop/memberships/m1"
    asked = scripted(server, path, ok({}))
    service.tenant("shop").memberships.update("m1", expires_at=None)
    assert asked.received[0].json == {"expires_at": None}


def test_what_has_no_body_gives_none(
    service: Any,
    server: Server,
) -> None:
    scripted(server, f"{USERS}/u1", ok(status=204))
    assert service.users.delete("u1") is None


def test_a_uuid_is_an_id(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/{ADA['id']}", ok(ADA))
    assert service.users.get(UUID(ADA["id"])) == ADA
    assert len(asked.received) == 1


HOSTILE = [
    *("", ".", "..", "...", "../me", "a/b", "a?b", "a#b", "%2e%2e", "a\\b", "a b"),
    *("a\x00", "a\n", "\ud800", None, 7, b"a"),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_an_id_that_is_none_is_refused_before_anything_is_sent(
    service: Any,
    server: Server,
    part: Any,
) -> None:
    with pytest.raises(BadRequest) as caught:
        service.users.get(part)
    assert (caught.value.status, caught.value.code) == (400, "invalid_input")
    with pytest.raises(BadRequest):
        service.tenant(part)
    assert server.asked == []


def test_an_id_of_other_letters_is_encoded(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/%C3%A9%2B%26", ok(ADA))
    service.users.get("é+&")
    assert len(asked.received) == 1


# Refusals


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


# Repetitions


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


# Lists


def test_a_list_goes_on_to_its_last_page(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(
        server, USERS, page({"id": 1}, {"id": 2}, after="c 1&"), page({"id": 3})
    )
    found = [row["id"] for row in service.users.list(q="a b", limit=2)]
    assert found == [1, 2, 3]
    queries = [parse_qs(sent.path.partition("?")[2]) for sent in asked.received]
    assert queries[0] == {"q": ["a b"], "limit": ["2"]}
    assert queries[1] == {"q": ["a b"], "limit": ["2"], "cursor": ["c 1&"]}


def test_a_page_can_be_taken_by_itself(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}, after="c1"), page({"id": 2}))
    listing = service.users.list()
    first = listing.page()
    assert (first.data, first.next_cursor, first.has_more) == ([{"id": 1}], "c1", True)
    assert listing.page(first.next_cursor).next_cursor is None


def test_a_list_can_be_read_again(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}))
    listing = service.users.list()
    assert list(listing) == list(listing) == [{"id": 1}]


def test_a_list_that_is_not_read_asks_nothing(
    service: Any,
    server: Server,
) -> None:
    service.users.list()
    assert server.asked == []


def test_a_list_in_a_circle_ends(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}, after="c1"))
    with pytest.raises(ServerFault, match="same page"):
        list(service.users.list())


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"data": {}, "next_cursor": None, "has_more": False}, "x"],
)
def test_what_is_no_page_is_a_fault(
    service: Any,
    server: Server,
    document: Any,
) -> None:
    scripted(server, USERS, ok(document))
    with pytest.raises(ServerFault):
        service.users.list().page()


# Credentials


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


# Signing in with screens of one's own


def test_a_sign_in_names_the_clients_application(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, LOGIN, ok(PAIR))
    client = make(server.url, "web", audience="https://api.example.com")
    assert client.auth.login("a@b.c", "pw") == PAIR
    assert asked.received[0].json == {
        "email": "a@b.c",
        "password": "pw",
        "client_id": "web",
        "audience": "https://api.example.com",
    }
    assert "authorization" not in asked.received[0].headers


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("mfa_required", "mfa"),
        ("mfa_enrollment_required", "mfa-enrollment"),
        ("email_verification_required", "verify-email"),
    ],
)
def test_a_sign_in_may_go_on_with_a_step(
    make: Any,
    server: Server,
    code: str,
    kind: str,
) -> None:
    more = {"flow_token": "flow-1", "methods": ["totp"]}
    scripted(server, LOGIN, problem(401, code, **more))
    step = make(server.url).auth.login("a@b.c", "pw")
    assert step == StepRequired(kind, "flow-1", ("totp",))
    assert "flow-1" not in repr(step)


def test_a_step_is_finished_by_its_flow(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/auth/mfa", ok(PAIR))
    assert make(server.url).auth.mfa("flow-1", method="totp", code="123456") == PAIR
    wanted = {"flow_token": "flow-1", "method": "totp", "code": "123456"}
    assert asked.received[0].json == wanted


@pytest.mark.parametrize("code", ["invalid_credentials", "mfa_required"])
def test_a_401_without_a_step_is_raised(
    make: Any,
    server: Server,
    code: str,
) -> None:
    scripted(server, LOGIN, problem(401, code))
    with pytest.raises(Unauthenticated):
        make(server.url).auth.login("a@b.c", "pw")


def test_a_sign_up_waits_for_the_mailed_code_or_gives_tokens(
    make: Any,
    server: Server,
) -> None:
    waiting = ok({"flow_token": "f", "methods": ["email"]}, 202)
    scripted(server, "/api/v1/auth/register", waiting, ok(PAIR, 201))
    auth = make(server.url).auth
    assert auth.register("a@b.c", "pw") == StepRequired("verify-email", "f", ("email",))
    assert auth.register("a@b.c", "pw") == PAIR


def test_signing_out_goes_by_either_token(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/auth/logout", ok(status=204))
    client = make(server.url, token="AT")
    client.auth.logout("RT")
    client.auth.logout()
    by_refresh, by_access = asked.received
    assert by_refresh.json == {"refresh_token": "RT"}
    assert "authorization" not in by_refresh.headers
    assert (by_access.json, by_access.headers["authorization"]) == ({}, "Bearer AT")


def test_all_other_sessions_can_be_ended(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/users/me/sessions", ok(status=204))
    client = make(server.url, token="AT")
    client.me.sessions.end_all(except_current=True)
    client.me.sessions.end_all()
    paths = [one.path for one in asked.received]
    own = "/api/v1/users/me/sessions"
    assert paths == [f"{own}?except=current", own]


# What is never shown, and what is checked first


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


# Many at once


def test_many_threads_ask_for_one_token(server: Server) -> None:
    gives_tokens(server)
    scripted(server, USERS, page({"id": 1}))
    with Client(server.url, "billing", SECRET) as client:
        with ThreadPoolExecutor(32) as threads:
            found = list(threads.map(lambda _: list(client.users.list()), range(100)))
    assert found == [[{"id": 1}]] * 100
    assert server.count(TOKENS) == 1
