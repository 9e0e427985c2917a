"""How machines are served: in RFC 6749's words, kept by nobody, redirected nowhere."""

import json
from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.errors import (
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    TooManyRequests,
    Unavailable,
)
from tokens.errors import RefreshTokenReused, TokenExpired
from tokens.oidc.endpoints.machine import answered, endpoint, refused
from tokens.oidc.requests import FORM, Request

TARGET = InvalidInput.at("audience", code="invalid_target", detail="No.")
SCOPE = InvalidInput.at("scope", code="invalid_scope", detail="No.")


def call(
    outcome: Exception | None = None,
    *,
    method: str = "POST",
    body: str = "a=1",
) -> HttpResponse:
    """Call an endpoint that ends so."""

    @endpoint
    def serve(request: Request) -> HttpResponse:
        if outcome is not None:
            raise outcome
        return answered({"got": request.form})

    request: HttpRequest = RequestFactory(enforce_csrf_checks=True).generic(
        method, "/oauth/token", body, content_type=FORM
    )
    return serve(request)


def told(response: HttpResponse) -> Any:
    """Return what a response says."""
    return json.loads(response.content)


@pytest.mark.spec("RFC 6749 5.1")
def test_an_answer_is_kept_by_nobody() -> None:
    response = call()
    assert (response.status_code, told(response)) == (200, {"got": {"a": "1"}})
    assert response["Cache-Control"] == "no-store"
    assert response["Pragma"] == "no-cache"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.spec("RFC 6749 3.2")
def test_it_is_called_by_post_only(method: str) -> None:
    assert call(method=method).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "status", "error"),
    [
        (InvalidRequestError("Bad."), 400, "invalid_request"),
        (TARGET, 400, "invalid_target"),
        (SCOPE, 400, "invalid_scope"),
        (TokenExpired(), 400, "invalid_grant"),
        (RefreshTokenReused(), 400, "invalid_grant"),
        (NotAuthenticated('Not "you" \u00e9'), 400, "invalid_grant"),
        (Forbidden(), 400, "invalid_grant"),
        (TooManyRequests(retry_after=7), 429, "rate_limited"),
        (Unavailable(retry_after=7), 503, "temporarily_unavailable"),
    ],
)
@pytest.mark.spec("RFC 6749 5.2", "RFC 8707 2")
def test_a_refusal_is_said_in_the_words_of_the_specification(
    outcome: Exception,
    status: int,
    error: str,
) -> None:
    response = call(outcome)
    assert (response.status_code, told(response)["error"]) == (status, error)
    assert set(told(response)) <= {"error", "error_description"}
    said = told(response).get("error_description", "")
    assert all(" " <= c <= "~" and c not in '"\\' for c in said)
    assert response["Cache-Control"] == "no-store"
    assert response.get("Retry-After") == ("7" if status in (429, 503) else None)


@pytest.mark.django_db
def test_tokens_that_are_none_are_counted_by_address(settings: Any) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1h"}
    statuses = [call(TokenExpired()).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    assert int(call(TokenExpired())["Retry-After"]) > 0
    assert call(SCOPE).status_code == 400, "and nothing else is"
    assert call().status_code == 200


@pytest.mark.spec("RFC 9126 2.3")
def test_a_machine_is_redirected_nowhere() -> None:
    refusal = InvalidRequestError("No.", redirect_uri="https://app.example.com/")
    response = refused(refusal)
    assert response.status_code == 400 and "Location" not in response
    assert told(response) == {"error": "invalid_request", "error_description": "No."}
    assert response.problem_code == "invalid_request"  # type: ignore[attr-defined]
