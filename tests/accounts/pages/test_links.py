"""A page with a secret in its URL."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from accounts.pages.links import secret_link


@secret_link
def page(request: HttpRequest) -> HttpResponse:
    """Show the form's token."""
    return HttpResponse(get_token(request))


def answer(
    method: str,
    **headers: str,
) -> HttpResponse:
    request = RequestFactory(headers=headers).generic(method, "/account/x/?key=secret")
    made: HttpResponse = page(request)
    return made


def test_no_other_site_and_no_cache_learns_the_secret() -> None:
    shown = answer("GET")
    assert shown["Referrer-Policy"] == "no-referrer"
    assert "no-store" in shown["Cache-Control"]


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
def test_a_form_without_its_token_is_refused(origin: str) -> None:
    assert answer("POST", origin=origin).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("null", 200), ("https://evil.example", 403)]
)
def test_a_form_with_its_token_comes_from_nowhere_else(
    origin: str,
    status: int,
) -> None:
    token = answer("GET").content.decode()
    request = RequestFactory(headers={"origin": origin}).post(
        "/account/x/", {"csrfmiddlewaretoken": token}
    )
    request.COOKIES["ntt-csrf"] = token
    assert page(request).status_code == status


def test_other_methods_are_refused() -> None:
    token = answer("GET").content.decode()
    request = RequestFactory(headers={"x-csrftoken": token}).put("/account/x/")
    request.COOKIES["ntt-csrf"] = token
    assert page(request).status_code == 405
