"""Pages and mails follow the person's language; the API and the console are English."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.models import User
from config import context, envelope, languages
from config.languages import LanguageMiddleware, accepted, first_of, language_of

TAGS = ("de", "ja", "ar")


@pytest.fixture(autouse=True)
def _all_offered(speaking: Any) -> None:
    for tag in TAGS:
        speaking(tag, {"Page not found": f"404 {tag}"})


def asking(
    path: str = "/account/login/",
    accept: str = "",
    own: str | None = None,
) -> HttpRequest:
    request = RequestFactory().get(path, headers={"Accept-Language": accept})
    request.user = AnonymousUser() if own is None else User(language=own)
    if own is not None:
        request.COOKIES[configured.SESSION_COOKIE_NAME] = "some"
    return request


@pytest.mark.parametrize(
    ("path", "own", "accept", "tag"),
    [
        ("/account/login/?ui_locales=tlh+ja", "ar", "de", "ja"),
        ("/account/login/?ui_locales=tlh", "ar", "de", "ar"),
        ("/account/login/", "ar", "de", "ar"),
        ("/account/login/", "", "de", "de"),
        ("/account/login/", None, "tlh;q=0.9, de-AT;q=0.8, ja;q=0.1", "de"),
        ("/account/login/", None, "de;q=0, ja;q=0.1", "ja"),
        ("/account/login/", None, "*", "en"),
        ("/account/login/", None, "", "en"),
        ("/account/login/?ui_locales=../../etc+%00", None, "\x00;;q=x", "en"),
        ("/account/login/?ui_locales=" + "a+" * 200 + "de", None, "", "en"),
    ],
)
def test_the_first_that_is_offered_wins(
    path: str,
    own: str | None,
    accept: str,
    tag: str,
) -> None:
    assert language_of(asking(path, accept, own)) == tag


def test_a_language_is_offered_once_it_has_a_catalog(
    settings: Any,
    tmp_path: Any,
) -> None:
    assert languages.offered() == ("en", *TAGS)
    settings.LOCALE_PATHS = [tmp_path / "empty"]
    assert languages.offered() == ("en",)
    assert first_of("de", "ja") == "en"


def test_a_header_is_read_by_weight() -> None:
    assert accepted("de;q=0.1, ja, ar;q=0") == ["ja", "de"]


def test_of_a_long_header_the_beginning_counts() -> None:
    assert accepted("de," + "x-y," * 200)[0] == "de"
    assert accepted("d" * 5000) == accepted("\x00\xff;q=q") == []
    caller = envelope.caller_of({"HTTP_ACCEPT_LANGUAGE": "de," + "y" * 10_000})
    assert first_of(*accepted(caller.languages)) == "de"


def test_a_view_runs_in_the_language_and_the_thread_does_not_keep_it() -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        seen.append(context.current().languages)
        return HttpResponse()

    answer = LanguageMiddleware(view)(asking(accept="ar"))
    assert seen == ["ar", "ar"]
    assert answer["Content-Language"] == "ar"
    assert "Accept-Language" in answer["Vary"]
    assert translation.get_language() == "en"

    seen.clear()
    LanguageMiddleware(view)(asking("/admin/", accept="ar"))
    assert seen == ["en", ""]


def test_a_mail_follows_the_request_that_causes_it() -> None:
    with context.entered(context.RequestContext(languages="tlh, ja;q=0.5")):
        assert languages.of_caller() == "ja"
    assert languages.of_caller() == "en"


@pytest.mark.django_db
def test_an_error_page_speaks_and_the_api_does_not(client: Client) -> None:
    header = {"Accept-Language": "de", "Accept": "text/html"}
    page = client.get("/account/nowhere", headers=header)
    assert (page.status_code, page["Content-Language"]) == (404, "de")
    answer = client.get("/api/v1/nowhere", headers=header)
    assert answer.status_code == 404
    assert "Content-Language" not in answer
