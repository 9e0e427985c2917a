"""Which language a person reads: pages and mails are translated, the API is English.

A language is offered once its compiled catalog stands in `LOCALE_PATHS`; before that its
speakers get English in whole rather than a mixture.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation.trans_real import parse_accept_lang_header

from config import context

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_MOST_TAGS = 10
_LONGEST = 256
_ENGLISH = ("/admin/", "/api/", "/account/brand/")
ASKED = "ui_locales"
_NEXT = "next"


def offered() -> tuple[str, ...]:
    """Return the tags of `LANGUAGES` that have a catalog, English first."""
    tags = tuple(tag for tag, _ in settings.LANGUAGES)
    return _offered(
        settings.LANGUAGE_CODE, tags, tuple(map(str, settings.LOCALE_PATHS))
    )


@lru_cache(maxsize=8)
def _offered(
    own: str,
    tags: tuple[str, ...],
    folders: tuple[str, ...],
) -> tuple[str, ...]:
    def is_compiled(tag: str) -> bool:
        part = Path(tag, "LC_MESSAGES", "django.mo")
        return any((folder / part).is_file() for folder in map(Path, folders))

    return (own, *(tag for tag in tags if tag != own and is_compiled(tag)))


def supported(tag: str) -> str:
    """Return the offered language that serves a tag (`de-AT`: `de`), or ""."""
    if not _TAG.fullmatch(tag):
        return ""
    for wanted in (tag.lower(), tag.lower().partition("-")[0]):
        if wanted in offered():
            return wanted
    return ""


def first_of(*tags: str) -> str:
    """Return the first of these that is offered, else English."""
    found = (supported(tag) for tag in tags[: 2 * _MOST_TAGS])
    return next((tag for tag in found if tag), settings.LANGUAGE_CODE)


def accepted(header: str) -> list[str]:
    """Return the tags of an Accept-Language header, most wanted first (RFC 9110 12.5.4).

    Of a long one the beginning counts.
    """
    if len(header) > _LONGEST:
        header = header[:_LONGEST].rpartition(",")[0]
    return [tag for tag, weight in parse_accept_lang_header(header.lower()) if weight]


def of_caller() -> str:
    """Return the language of the request being served: what a mail it causes is in."""
    return first_of(*accepted(context.current().languages)[:_MOST_TAGS])


def language_of(request: HttpRequest) -> str:
    """Return the language of a page.

    That is the first of `ui_locales`, the person's own, the one chosen in this browser
    before, and Accept-Language that is offered.
    """
    own = getattr(_person(request), "language", "")
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    header = accepted(request.headers.get("Accept-Language", ""))[:_MOST_TAGS]
    known = [tag for tag in (asked(request), own, chosen) if tag]
    return first_of(*known, *header)


def asked(request: HttpRequest) -> str:
    """Return what is offered of `ui_locales`, or "".

    It is OpenID Connect's: tags separated by spaces, most wanted first.
    """
    tags = request.GET.get(ASKED, "")[:256].split()[:_MOST_TAGS]
    return next((tag for tag in map(supported, tags) if tag), "")


def _person(request: HttpRequest) -> Any:
    """Return who is signed in, or None."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


@dataclass(frozen=True)
class Choice:
    """A language to switch to: its own name, and the page again in it."""

    tag: str
    name: str
    href: str


def for_page(request: HttpRequest) -> dict[str, Any]:
    """Return the languages that a hosted page offers (a context processor).

    Somebody who is signed in chooses theirs in the profile. The links lead to the same
    page, and on to the same `next`. There are none on a form's answer, which has no address
    to come back to, nor on a page with anything else in its query: that may be a secret.
    """
    if not request.path.startswith("/account/") or request.path.startswith(_ENGLISH):
        return {}
    tags = offered()
    if len(tags) < 2 or request.method not in ("GET", "HEAD") or _person(request):
        return {}
    if set(request.GET) - {ASKED, _NEXT}:
        return {}
    names = dict(settings.LANGUAGES)
    return {"page_languages": [Choice(t, names[t], _again(request, t)) for t in tags]}


def _again(
    request: HttpRequest,
    tag: str,
) -> str:
    onward = request.GET.get(_NEXT, "")
    own = url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    safe = own and onward.startswith("/") and onward.isprintable()
    query = {_NEXT: onward} if safe else {}
    return f"?{urlencode({**query, ASKED: tag})}"


def isolated(text: str) -> str:
    """Return an address, a name or a device so that right-to-left text around it stays.

    For texts without markup; a template has `<bdi>`.
    """
    return f"\u2068{text}\u2069" if translation.get_language_bidi() else text


class LanguageMiddleware:
    """Shows pages in the person's language; one of PAGES_MIDDLEWARE, the innermost.

    The console stays English. Mails that a page causes follow the page's language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve with the language active, and say which it was."""
        if request.path.startswith(_ENGLISH):
            return self.get_response(request)
        tag = language_of(request)
        here = replace(context.current(), languages=tag)
        with translation.override(tag), context.entered(here):
            response = self.get_response(request)
        response.setdefault("Content-Language", tag)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        _remember(request, response)
        return response


def _remember(
    request: HttpRequest,
    response: HttpResponseBase,
) -> None:
    """Keep in the browser which language was asked for, until another one is."""
    chosen = asked(request)
    name = settings.LANGUAGE_COOKIE_NAME
    if chosen and request.COOKIES.get(name) != chosen:
        response.set_cookie(
            name,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
