"""Which language a person reads: pages and mails are translated, the API is English.

A language is offered once its compiled catalog stands in `LOCALE_PATHS`; before that its
speakers get English in whole rather than a mixture.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from config import context

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_MOST_TAGS = 10
_LONGEST = 256
_ENGLISH = ("/admin/", "/api/", "/account/brand/")


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
    """Return the language of a page: `ui_locales`, the person's own, Accept-Language.

    `ui_locales` is OpenID Connect's: tags separated by spaces, most wanted first.
    """
    asked = request.GET.get("ui_locales", "")[:256].split()[:_MOST_TAGS]
    own = ""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:  # else nobody is signed in
        own = getattr(request.user, "language", "")
    header = accepted(request.headers.get("Accept-Language", ""))[:_MOST_TAGS]
    return first_of(*asked, *([own] if own else []), *header)


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
        patch_vary_headers(response, ["Accept-Language"])
        return response
