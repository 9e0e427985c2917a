"""Requests of applications that wait in a browser's session."""

import time
from typing import Any

import pytest
from django.test import RequestFactory

from config.sessions import SessionStore
from tokens.pages import visits
from tokens.pages.visits import Visit

pytestmark = pytest.mark.urls("tests.tokens.pages.visiting")
SHOP = Visit("shop", {"state": "x"}, "https://app.example.com")


def asking(
    path: str = "/account/login/",
    **query: str,
) -> Any:
    """Return a request of a browser."""
    request = RequestFactory().get(path, query)
    request.session = SessionStore()
    return request


def id_of(path: str) -> str:
    """Return the id in a visit's path."""
    return path.rpartition("=")[2]


def test_a_visit_is_read_by_its_id_and_by_the_way_to_it() -> None:
    request = asking()
    path = visits.keep(request, SHOP)
    assert visits.read(request, id_of(path)) == SHOP
    assert visits.of(request, path) == SHOP
    request.GET = {"next": path}
    assert visits.of(request) == SHOP


@pytest.mark.parametrize("onward", ["", "/", "/account/?visit={}", "/oauth/authorize"])
def test_what_leads_elsewhere_is_no_visit(onward: str) -> None:
    request = asking()
    path = visits.keep(request, SHOP)
    assert visits.of(request, onward.format(id_of(path))) is None


def test_it_is_changed_in_its_place_and_forgotten_once_answered() -> None:
    request = asking()
    key = id_of(visits.keep(request, SHOP))
    path = visits.keep(request, Visit("shop", {}, "", chosen=True), key)
    changed = visits.read(request, key)
    assert id_of(path) == key and changed and changed.chosen
    visits.forget(request, key)
    assert visits.read(request, key) is None


def test_of_too_many_the_oldest_goes() -> None:
    request = asking()
    keys = [id_of(visits.keep(request, SHOP)) for _ in range(visits.MOST + 1)]
    assert [visits.read(request, key) is not None for key in keys] == [
        False,
        *[True] * visits.MOST,
    ]


@pytest.mark.parametrize("kept", [None, "x", {"k": None}, {"k": {"client_id": "a"}}])
def test_what_another_version_kept_is_no_visit(kept: Any) -> None:
    request = asking()
    request.session[visits.KEPT] = kept
    assert visits.read(request, "k") is None


def test_it_is_over_after_an_hour() -> None:
    request = asking()
    began = int(time.time()) - visits.SECONDS - 1
    path = visits.keep(request, Visit("shop", {}, "", began=began))
    assert visits.read(request, id_of(path)) is None
