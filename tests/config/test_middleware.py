import re

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import context
from config.errors import TooManyRequests
from config.middleware import (
    BadRequestMiddleware,
    RequestContextMiddleware,
)

HTML = {"accept": "text/html"}
UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


def fine(request: HttpRequest) -> HttpResponse:
    """Answer as any view."""
    return HttpResponse("fine")


# -- the request's id and context


def test_an_answer_has_a_request_id_of_ours(client: Client) -> None:
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert UUID.fullmatch(first)
    assert first != second


def test_a_callers_request_id_is_echoed(client: Client) -> None:
    answer = client.get("/healthz", headers={"x-request-id": "trace_1.a-B"})
    assert answer["X-Request-ID"] == "trace_1.a-B"


@pytest.mark.parametrize(
    "given", ["", "a b", "x" * 65, "a\u00e9", 'a"b', "a;b", "a\nb"]
)
def test_a_request_id_that_could_do_harm_is_replaced(
    client: Client,
    given: str,
) -> None:
    answer = client.get("/healthz", headers={"x-request-id": given})
    assert UUID.fullmatch(answer["X-Request-ID"])


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/admin/login/x"])
def test_a_refusal_echoes_it_too(
    client: Client,
    path: str,
) -> None:
    answer = client.get(path, headers={"x-request-id": "mine"})
    assert answer["X-Request-ID"] == "mine"


def test_the_view_sees_who_calls_and_the_next_request_starts_clean() -> None:
    seen: list[context.RequestContext] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(context.current())
        return HttpResponse()

    agent = "curl\x00\n/" + "8" * 300
    RequestContextMiddleware(view)(
        RequestFactory().get("/", headers={"user-agent": agent, "x-request-id": "r"})
    )
    assert seen[0].request_id == "r"
    assert seen[0].ip == "127.0.0.1"
    assert seen[0].user_agent == ("curl/" + "8" * 300)[:256]
    assert context.current() == context.NOWHERE


def test_the_access_log_has_the_path_without_its_query(
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO", logger="ntt.access"):
        client.get("/healthz?token=s3cret")
    (line,) = caplog.records
    assert line.getMessage() == "GET /healthz 200"
    assert vars(line)["ip"] == "127.0.0.1"
    assert vars(line)["milliseconds"] >= 0


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/v1/users/me", "/metrics", "/admin/nowhere"]
)
def test_a_refusal_is_logged_once_by_the_access_log(
    db: None,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    with caplog.at_level("DEBUG"):
        client.get(path, REMOTE_ADDR="192.0.2.1")
    assert [r.name for r in caplog.records if r.name.startswith("ntt.")] == [
        "ntt.access"
    ]
    assert not [r for r in caplog.records if r.name == "django.request"]


def test_an_answer_tells_its_length_but_an_empty_one_by_rule_does_not(
    client: Client,
) -> None:
    answer = client.get("/healthz")
    assert answer["Content-Length"] == str(len(answer.content))

    def emptied(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    empty = RequestContextMiddleware(emptied)(RequestFactory().get("/"))
    assert "Content-Length" not in empty


# -- what Django would meet too late


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/admin/", "/nowhere"])
def test_a_foreign_host_is_refused(
    client: Client,
    path: str,
) -> None:
    answer = client.get(path, headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


def test_a_body_of_unknown_length_is_refused(client: Client) -> None:
    chunked = {"transfer-encoding": "chunked"}
    answer = client.post("/api/v1/tokens/verify", headers=chunked)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_foreign_host_gets_a_page_in_a_browser(client: Client) -> None:
    answer = client.get("/admin/", headers={"host": "evil.example"} | HTML)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/users/%00",
        "/api/v1/users/me?x=%00",
        "/account/setup/?token=a%00b",
        "/admin/%00",
    ],
)
def test_nul_in_a_url_is_refused(
    client: Client,
    path: str,
) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("raised", "path", "status"),
    [
        (RequestDataTooBig(), "/api/v1/x", 413),
        (SuspiciousOperation(), "/account/x", 400),
        (OperationalError(), "/.well-known/x", 503),
        (OperationalError(), "/account/x", 503),
        (TooManyRequests(retry_after=60), "/account/x", 429),
    ],
)
def test_what_leaves_a_plain_view_becomes_a_refusal(
    raised: Exception,
    path: str,
    status: int,
) -> None:
    door = BadRequestMiddleware(fine)
    answer = door.process_exception(RequestFactory().get(path), raised)
    assert answer is not None
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/api/v1/x", "/account/x"])
def test_a_fault_of_ours_is_left_to_django_which_logs_it(path: str) -> None:
    door = BadRequestMiddleware(fine)
    assert door.process_exception(RequestFactory().get(path), ValueError()) is None


@pytest.mark.django_db
def test_a_form_beyond_any_limit_is_refused(client: Client) -> None:
    answer = client.post("/account/login/", {"email": "x" * 2_000_000})
    assert answer.status_code in (400, 413)


def test_an_answer_to_head_has_a_length_and_no_body(rf: RequestFactory) -> None:
    serve = RequestContextMiddleware(lambda request: HttpResponse(b"seven"))
    answer = serve(rf.head("/"))
    assert isinstance(answer, HttpResponse)
    assert (answer["Content-Length"], answer.content) == ("5", b"")
    answer = serve(rf.get("/"))
    assert isinstance(answer, HttpResponse) and answer.content == b"seven"
