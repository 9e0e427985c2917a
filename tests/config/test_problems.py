import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.views import APIView

from accounts.errors import InsufficientScope
from config import context, problems
from config.errors import (
    FieldError,
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    ServiceError,
    TooManyRequests,
    Unavailable,
)
from tests.factories import UserFactory

MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def _asked() -> Iterator[None]:
    with context.entered(context.RequestContext(request_id="req-1")):
        yield


def test_a_problem_has_the_members_of_the_contract() -> None:
    refusal = InvalidInput.at("email", detail="Not an address.", code="malformed")
    problem = problems.document(refusal)
    assert set(problem) == MEMBERS
    assert problem["type"] == "urn:ntt-auth:problem:invalid-input"
    assert (problem["status"], problem["code"]) == (400, "invalid_input")
    assert problem["request_id"] == "req-1"
    assert problem["errors"] == [
        {"pointer": "#/email", "code": "malformed", "detail": "Not an address."}
    ]


def test_what_a_refusal_adds_stands_beside_the_members() -> None:
    refusal = NotAuthenticated(extra={"flow_token": "x", "methods": ["totp"]})
    assert problems.document(refusal)["methods"] == ["totp"]


def test_a_refusal_is_never_stored_and_says_when_to_come_back() -> None:
    told = problems.headers(TooManyRequests(retry_after=7))
    assert told == {"Cache-Control": "no-store", "Retry-After": "7"}


def test_a_bad_token_is_challenged_as_rfc_6750_section_3_says() -> None:
    class Expired(NotAuthenticated):
        code = "token_expired"
        title = "The token has expired."

    assert problems.headers(NotAuthenticated())["WWW-Authenticate"] == "Bearer"
    challenge = problems.headers(Expired())["WWW-Authenticate"]
    assert challenge == (
        'Bearer error="invalid_token", error_description="The token has expired."'
    )


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (UnreadablePostError(), 400, "malformed_request"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.ParseError(), 400, "malformed_request"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("x"), 415, "unsupported_media_type"),
        (exceptions.Throttled(), 429, "rate_limited"),
        (RequestDataTooBig("secret"), 413, "request_too_large"),
        (SuspiciousOperation("secret"), 400, "malformed_request"),
        (DatabaseError("secret"), 503, "unavailable"),
        (InterfaceError("secret"), 503, "unavailable"),
        (ValueError("secret"), 500, "internal_error"),
    ],
)
def test_whatever_is_raised_becomes_one_stable_code(
    raised: Exception,
    status: int,
    code: str,
) -> None:
    refusal = problems.translate(raised)
    assert (refusal.status, refusal.code) == (status, code)
    assert "secret" not in json.dumps(problems.document(refusal))


def test_a_database_that_is_away_says_when_to_come_back() -> None:
    assert problems.translate(DatabaseError()).retry_after


def test_field_errors_become_json_pointers() -> None:
    told: Any = {
        "a/b~c": ["Bad."],
        "list": {0: {"inner": ["Worse."]}},
        "many": [{}, {"name": ["Worst."]}],
        "non_field_errors": ["Whole."],
    }
    raised = exceptions.ValidationError(told)
    found = [(f.pointer, f.detail) for f in problems.translate(raised).errors]
    assert found == [
        ("#/a~1b~0c", "Bad."),
        ("#/list/0/inner", "Worse."),
        ("#/many/1/name", "Worst."),
        ("#", "Whole."),
    ]


def test_a_method_that_is_not_allowed_names_those_that_are() -> None:
    class View(APIView):
        http_method_names = ["get"]

        def get(self) -> None:
            raise NotImplementedError

    raised = exceptions.MethodNotAllowed("PUT")
    answer = problems.exception_handler(raised, {"view": View()})
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_a_fault_of_ours_is_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = problems.exception_handler(ValueError("x"), {})
    assert answer.status_code == 500
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html"])
def test_the_api_answers_problems_whatever_is_accepted(
    client: Client,
    accept: str | None,
) -> None:
    headers = {"accept": accept} if accept else None
    answer = client.get("/api/v1/nowhere", headers=headers)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == MEMBERS
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_page_that_is_not_there_is_a_page_for_a_browser_only(client: Client) -> None:
    page = client.get("/nowhere", headers=HTML)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Page not found" in page.content.decode()
    assert page["X-Request-ID"] in page.content.decode()
    tool = client.get("/nowhere")
    assert tool["Content-Type"] == "application/problem+json"


PAGES = [
    problems.Malformed(),
    Forbidden(),
    problems.FormOutdated(),
    NotFound(),
    problems.Internal(),
    Unavailable(),
    problems.MethodNotAllowed(),
    TooManyRequests(retry_after=61),
]


@pytest.mark.parametrize("refusal", PAGES, ids=lambda refusal: refusal.code)
def test_an_error_page_stands_under_the_strict_policy(refusal: ServiceError) -> None:
    request = RequestFactory().get("/x", headers=HTML)
    answer = problems.answer(request, refusal)
    page = answer.content.decode()
    assert answer.status_code == refusal.status
    assert "req-1" in page
    assert "<h1>" in page
    assert not any(bad in page for bad in ("<script", "<style", "style=", "onclick"))


def test_a_limit_says_in_a_page_how_long_to_wait() -> None:
    request = RequestFactory().get("/x", headers=HTML)
    for seconds, words in ((61, "Wait 2 minutes,"), (1, "Wait 1 minute,")):
        answer = problems.answer(request, TooManyRequests(retry_after=seconds))
        assert words in answer.content.decode()
        assert answer["Retry-After"] == str(seconds)
    unknown = problems.answer(request, TooManyRequests()).content.decode()
    assert "Wait a while," in unknown


@pytest.mark.parametrize("status", problems._PAGES)
def test_an_error_page_needs_nothing_to_be_drawn(status: int) -> None:
    page = render_to_string(f"{status}.html")
    assert "<h1></h1>" not in page and "<title></title>" not in page
    assert "</html>" in page


def test_what_was_sent_is_escaped_in_a_page() -> None:
    request = RequestFactory().get("/x", headers=HTML)
    answer = problems.answer(request, problems.Malformed("<script>alert(1)</script>"))
    assert "<script" not in answer.content.decode()


def test_djangos_own_refusals_are_problems() -> None:
    request = RequestFactory().get("/x")

    def code(answer: HttpResponse) -> Any:
        return json.loads(answer.content)["code"]

    assert code(problems.bad_request(request, Exception())) == "malformed_request"
    assert code(problems.forbidden(request, Exception())) == "forbidden"
    assert code(problems.server_error(request)) == "internal_error"


def test_a_page_that_cannot_be_made_is_still_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr(problems, "render_to_string", broken)
    answer = problems.server_error(RequestFactory().get("/x", headers=HTML))
    assert answer.status_code == 500
    assert answer["Content-Type"] == problems.CONTENT_TYPE


@pytest.mark.django_db
def test_a_form_without_its_token_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        UserFactory(is_superuser=True),
        backend="accounts.backends.EmailBackend",
    )
    answer = client.post("/admin/logout/", headers=HTML)
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_errors_are_not_shared_between_refusals() -> None:
    fault = FieldError("#/a", "invalid", "Bad.")
    assert problems.document(InvalidInput(errors=[fault]))["errors"]
    assert problems.document(InvalidInput())["errors"] == []


def test_a_missing_scope_is_named_to_the_client() -> None:
    refusal = InsufficientScope(extra={"scope": "manage"})
    challenge = problems.headers(refusal)["WWW-Authenticate"]
    assert challenge == 'Bearer error="insufficient_scope", scope="manage"'
    assert problems.document(refusal)["scope"] == "manage"
