"""Other ways in, which the app above offers on our pages: it joins them here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse

from tokens.pages import browser, steps, visits


class Aim(StrEnum):
    """What somebody does who takes an offer."""

    SIGN_IN = "sign_in"
    RENEW = "renew"
    LINK = "link"


@dataclass(frozen=True)
class Offer:
    """A button: `label` is whom it leads to, `kind` its picture, `action` a path to post to."""

    label: str
    kind: str
    action: str


Offers = Callable[[HttpRequest, Aim], Iterable[Offer]]
Rows = Callable[[HttpRequest], list[dict[str, Any]]]
Leave = Callable[[HttpRequest, str], HttpResponse | None]
CONNECTION = "connection"  # the parameter of a request that names a way in


@dataclass(frozen=True)
class House:
    """An app with other ways in.

    `offers` is asked at every page of signing in, `rows` at that of one's account, and
    `leave` sends a browser off at once, or returns None for a way that it does not know.
    """

    offers: Offers
    rows: Rows
    leave: Leave


_houses: list[House] = []


def register(house: House) -> None:
    """Have an app's ways in offered."""
    if house not in _houses:
        _houses.append(house)


def offered(
    request: HttpRequest,
    aim: Aim,
) -> list[Offer]:
    """Return the other ways in that fit a request: its visit, or its person."""
    return [offer for house in _houses for offer in house.offers(request, aim)]


def linked(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the account of who is signed in is connected to, as rows of a list."""
    return [row for house in _houses for row in house.rows(request)]


def straight(request: HttpRequest) -> HttpResponse | None:
    """Send a browser off by the way that its visit's `connection` names, the first time.

    Whoever comes back is shown the page. None where there is nothing to do.
    """
    visit = visits.of(request)
    wanted = visit.parameters.get(CONNECTION, "") if visit else ""
    if not visit or not wanted or visit.sent or steps.arrived(request):
        return None
    visits.keep(
        request, replace(visit, sent=True), visits.id_of(browser.next_of(request))
    )
    answers = (house.leave(request, wanted) for house in _houses)
    return next((answer for answer in answers if answer is not None), None)
