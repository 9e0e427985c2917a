"""Pages and mails follow the person's language; the API and the console are English."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from config import context, envelope, languages
from config.languages import (
    LanguageMiddleware,
    accepted,
    first_of,
    for_page,
    isolated,
    language_of,
)

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


def chosen(
    request: HttpRequest,
    tag: str,
) -> HttpRequest:
    """Return a request of a browser that was told a language before."""
    request.COOKIES[configured.LANGUAGE_COOKIE_NAME] = tag
    return request


def test_what_was_chosen_in_the_browser_comes_after_the_persons_own() -> None:
    assert language_of(chosen(asking(accept="de"), "ja")) == "ja"
    assert language_of(chosen(asking(accept="de", own=""), "ja")) == "ja"
    assert language_of(chosen(asking(accept="de", own="ar"), "ja")) == "ar"
    assert language_of(chosen(asking("/account/login/?ui_locales=de"), "ja")) == "de"
    assert language_of(chosen(asking(accept="de"), "../\x00 tlh")) == "de"


def test_a_choice_is_remembered() -> None:
    serve = LanguageMiddleware(lambda request: HttpResponse())
    kept = serve(asking("/account/login/?ui_locales=tlh+ja")).cookies
    assert kept[configured.LANGUAGE_COOKIE_NAME].value == "ja"
    assert kept[configured.LANGUAGE_COOKIE_NAME]["httponly"]
    for request in (
        asking("/account/login/", "ja"),
        asking("/account/login/?ui_locales=tlh"),
        asking("/admin/?ui_locales=ja"),
        chosen(asking("/account/login/?ui_locales=ja"), "ja"),
    ):
        assert not serve(request).cookies


def test_a_page_offers_the_languages_and_keeps_its_query() -> None:
    request = asking("/account/login/?next=/account/data/%3Fa%3Db&ui_locales=de")
    links = for_page(request)["page_languages"]
    assert [(each.tag, each.name) for each in links] == list(configured.LANGUAGES)
    assert links[2].href == "?next=%2Faccount%2Fdata%2F%3Fa%3Db&ui_locales=ja"


def test_nothing_is_offered_where_there_is_no_choice(
    settings: Any,
    tmp_path: Any,
) -> None:
    posted = RequestFactory().post("/account/login/")
    posted.user = AnonymousUser()
    for request in (
        asking("/admin/login/"),
        asking("/account/brand/acme.css"),
        asking(own=""),
        posted,
    ):
        assert for_page(request) == {}
    settings.LOCALE_PATHS = [tmp_path / "empty"]
    assert for_page(asking()) == {}


@pytest.mark.django_db
def test_a_stranger_chooses_a_language_on_the_page(client: Client) -> None:
    page = client.get("/account/login/", {"next": "/account/data/"})
    text = page.content.decode()
    assert "<bdi>العربية</bdi>" in text and 'aria-current="true"><bdi>English' in text
    assert 'href="?next=%2Faccount%2Fdata%2F&amp;ui_locales=ar" lang="ar"' in text

    page = client.get("/account/login/", {"ui_locales": "ar"})
    assert '<html lang="ar" dir="rtl">' in page.content.decode()
    assert client.get("/account/reset/")["Content-Language"] == "ar"
    answer = client.get("/api/v1/nowhere?ui_locales=de")
    assert not answer.cookies and "Content-Language" not in answer


def test_what_may_have_another_direction_is_isolated() -> None:
    assert isolated("a@b.example") == "a@b.example"
    with translation.override("ar"):
        assert isolated("a@b.example") == "\u2068a@b.example\u2069"


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en", "2026-03-09 14:05"),
        ("de", "09.03.2026 14:05"),
        ("ja", "2026/03/09 14:05"),
        ("ar", "2026/3/9، 14:05"),
    ],
)
def test_a_moment_is_written_as_its_readers_do(
    tag: str,
    shown: str,
) -> None:
    with translation.override(tag):
        assert (
            date_format(datetime(2026, 3, 9, 14, 5), "SHORT_DATETIME_FORMAT") == shown
        )


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


@pytest.mark.parametrize(
    ("query", "links"),
    [
        ("", 2),
        ("?next=/admin/", 2),
        ("?key=a-secret-of-a-mail", 0),
        ("?next=/&token=secret", 0),
    ],
)
def test_a_secret_in_the_query_is_in_no_link(
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    links: int,
) -> None:
    monkeypatch.setattr(languages, "offered", lambda: ("en", "de"))
    shown = languages.for_page(rf.get(f"/account/x/{query}")).get("page_languages", [])
    assert len(shown) == links
    assert not [choice for choice in shown if "secret" in choice.href]
