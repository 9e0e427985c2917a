"""The registry of other ways in, which the app above fills."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from tenants.models import Application
from tests.factories import ApplicationFactory
from tests.tokens.pages.people import LOGIN, Browser, text
from tests.tokens.pages.visiting import visit
from tokens.pages import doors
from tokens.pages.doors import Aim, House, Offer

pytestmark = pytest.mark.django_db


def offers(
    request: HttpRequest,
    aim: Aim,
) -> Iterator[Offer]:
    """Offer one way."""
    yield Offer(f"House <{aim}>", "oidc", "/account/house/")


def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Tell of one account."""
    return [{"title": "Mine"}]


def leave(
    request: HttpRequest,
    name: str,
) -> HttpResponse | None:
    """Know one way."""
    return HttpResponse("gone to the house") if name == "house" else None


HOUSE = House(offers, rows, leave)


@pytest.fixture(autouse=True)
def _house(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    keys: None,
) -> None:
    settings.ROOT_URLCONF = "tests.tokens.pages.visiting"
    monkeypatch.setattr(doors, "_houses", [])
    doors.register(HOUSE)


@pytest.fixture
def application() -> Application:
    made: Application = ApplicationFactory()
    return made


def test_a_house_is_joined_once() -> None:
    doors.register(HOUSE)
    request = HttpRequest()
    assert [o.action for o in doors.offered(request, Aim.LINK)] == ["/account/house/"]
    assert doors.linked(request) == [{"title": "Mine"}]


@pytest.mark.parametrize("page", [LOGIN, "/account/signup/"])
def test_its_buttons_stand_on_the_pages_of_signing_in(page: str) -> None:
    shown = text(Browser().get(page))
    assert "Continue with <bdi>House &lt;sign_in&gt;</bdi>" in shown
    assert 'action="/account/house/"' in shown


def test_a_visit_that_names_a_way_is_sent_there_once(application: Application) -> None:
    browser = Browser()
    path = visit(browser, application, connection="house")
    assert text(browser.get(path)) == "gone to the house"
    assert "Continue with" in text(browser.get(path))


@pytest.mark.parametrize("named", ["", "another", "日本語", "x" * 1000])
def test_what_no_house_knows_shows_the_page(
    named: str,
    application: Application,
) -> None:
    browser = Browser()
    path = visit(browser, application, connection=named)
    assert "Continue with" in text(browser.get(path))


def test_two_tabs_are_sent_one_time_each(application: Application) -> None:
    browser = Browser()
    first = visit(browser, application, connection="house")
    second = visit(browser, application, connection="house")
    for path in (first, second):
        assert text(browser.get(path)) == "gone to the house"


def test_without_a_visit_nobody_is_sent(application: Application) -> None:
    assert "Continue with" in text(Browser().get(LOGIN, connection="house"))


def test_a_password_that_was_typed_is_not_sent_away(application: Application) -> None:
    browser = Browser()
    path = visit(browser, application, connection="house")
    assert browser.log_in(path=path).status_code == 401
