"""What the pages of the account area share: who asks, how a form is tried, what is shown."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.errors import FlowInvalid
from accounts.models import User
from accounts.pages.forms import PageForm
from config.errors import InvalidInput, ServiceError
from config.languages import isolated
from tokens.pages import browser, welcome
from tokens.standing import Standing

DONE = 302
AT_ONCE = 25
_BELOW = {  # page -> the entry of the navigation that it stands below
    **dict.fromkeys(("passkey", "remove", "recovery-codes"), "account-security"),
    "unlink": "account-security",
    **dict.fromkeys(("enrol", "enrol-app", "enrol-passkey"), "account-security"),
    **dict.fromkeys(("export", "leave"), "account-data"),
}

form_page = require_http_methods(["GET", "HEAD", "POST"])


def person(request: HttpRequest) -> User:
    """Return who sits at the browser; for pages behind `signed_in`."""
    return cast(User, request.user)


def standing(request: HttpRequest) -> Standing:
    """Return what the browser's session stands on; for pages behind `signed_in`."""
    return cast(Standing, request.standing)  # type: ignore[attr-defined]


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form sent, None where none was sent."""
    return request.POST if request.method == "POST" else None


def tried(
    form: PageForm,
    work: Callable[[dict[str, Any]], object],
    at: Mapping[str, str] | None = None,
) -> int:
    """Have done what a form asks for; return `DONE`, or the status to show it with.

    `at` is for `PageForm.explain`. Raises `FlowInvalid`: no field could mend that.
    """
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 400
    try:
        work(form.cleaned_data)
    except FlowInvalid:
        raise
    except ServiceError as refusal:
        form.explain(refusal, at)
        return refusal.status
    return DONE


def shown(
    request: HttpRequest,
    name: str,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return a page of the account area; on the way of a visit its forms may lead there."""
    told = {"here": _BELOW.get(name, ""), **context}
    response = render(request, f"account/own/{name}.html", told, status=status)
    visited = welcome.of(request)
    return visited.open_way(response) if visited else response


def way(
    request: HttpRequest,
    name: str,
) -> str:
    """Return the path of a page on the way to `next`, which goes along."""
    wanted = browser.next_of(request)
    query = f"?{urlencode({browser.NEXT: wanted})}" if wanted else ""
    return reverse(name) + query


def when(moment: datetime) -> str:
    """Return a moment as people read it."""
    shown = date_format(moment, "SHORT_DATETIME_FORMAT")
    return gettext("%(moment)s UTC") % {"moment": shown}


def joined(*parts: str) -> str:
    """Return what is known about a row, as one line."""
    return " · ".join(isolated(part) for part in parts if part)


def newest(
    request: HttpRequest,
    rows: QuerySet[Any],
    key: str,
) -> tuple[list[Any], str]:
    """Return a page of rows, newest first, and the query of the page after it, or "".

    `key` is a UUIDv7 column. `?before=` names the last row that was seen; raises
    `InvalidInput` where it names none.
    """
    if before := request.GET.get("before"):
        rows = rows.filter(**{f"{key}__lt": _id(before)})
    found: list[Model] = list(rows.order_by(f"-{key}")[: AT_ONCE + 1])
    here = found[:AT_ONCE]
    more = f"?before={getattr(here[-1], key)}" if len(found) > AT_ONCE else ""
    return here, more


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("There is no such page of this list.") from None
