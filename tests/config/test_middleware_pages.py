"""What a browser is told with every answer, and which paths have cookies and forms."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from config.middleware import PagesMiddleware, SecurityHeadersMiddleware


def fine(request: HttpRequest) -> HttpResponse:
    """Answer as any view."""
    return HttpResponse("fine")


# -- what a browser is told


def test_every_answer_is_hardened(client: Client) -> None:
    for path in ("/healthz", "/nowhere", "/api/v1/nowhere"):
        answer = client.get(path)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_api_needs_no_resource_at_all(client: Client) -> None:
    policy = client.get("/api/v1/nowhere")["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/nowhere", "/api/docs", "/", "/administration"])
def test_a_page_runs_nothing_inline(
    client: Client,
    path: str,
) -> None:
    policy = client.get(path)["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_only_the_console_is_looser(client: Client) -> None:
    answer = client.get("/admin/login/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy
    assert answer["Referrer-Policy"] == "same-origin"


def test_https_is_pinned_where_it_is_spoken(
    client: Client,
    settings: Any,
) -> None:
    request = RequestFactory().get("/")
    settings.SECURE_HSTS_SECONDS = 0
    assert "Strict-Transport-Security" not in SecurityHeadersMiddleware(fine)(request)
    settings.SECURE_HSTS_SECONDS = 31536000
    answer = SecurityHeadersMiddleware(fine)(request)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


SIGNING_IN = ["/oauth/authorize", "/account/login/", "/account/2fa/authenticate/"]
BESIDE = ["/account/", "/account/2fa/", "/account/password/reset/", "/oauth/logout"]


@pytest.mark.parametrize("path", [*SIGNING_IN, *BESIDE, "/oauth/device", "/admin/"])
def test_no_window_of_another_site_knows_a_page_unless_operators_chose_so(
    path: str,
    settings: Any,
) -> None:
    name, request = "Cross-Origin-Opener-Policy", RequestFactory().get(path)
    assert SecurityHeadersMiddleware(fine)(request)[name] == "same-origin"
    settings.POPUP_SIGN_IN = True
    chosen = SecurityHeadersMiddleware(fine)(request)[name]
    assert chosen == ("unsafe-none" if path in SIGNING_IN else "same-origin")


@pytest.mark.parametrize("path", ["/api/v1/x", "/account/x", "/admin/x"])
def test_what_is_personal_is_not_stored(path: str) -> None:
    answer = SecurityHeadersMiddleware(fine)(RequestFactory().get(path))
    assert answer["Cache-Control"] == "no-store"


def test_what_a_view_says_itself_is_kept() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "no-cache"})

    answer = SecurityHeadersMiddleware(view)(RequestFactory().get("/api/v1/x"))
    assert answer["Cache-Control"] == "no-cache"


# -- cookies and forms


def test_the_api_sets_no_cookie_and_takes_none(keys: None) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.cookies["ntt-session"] = "forged"
    answer = client.post("/api/v1/tokens/verify", {"token": "x"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.django_db
def test_a_page_has_its_session_and_its_form_token() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/account/login/")
    assert answer.cookies["ntt-csrf"]
    assert client.post("/account/login/", {"email": "a"}).status_code == 403


def test_a_page_passes_the_whole_chain_and_the_api_none() -> None:
    passed: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        passed.append(hasattr(request, "session"))
        return HttpResponse()

    door = PagesMiddleware(view)
    door(RequestFactory().get("/account/x"))
    door(RequestFactory().get("/api/v1/x"))
    assert passed == [True, False]
