"""Recovery codes are made anew, and shown once."""

import re

import pytest

from accounts.models import User
from tests.tokens.pages.browsers import Browser
from tests.tokens.pages.own.test_enrolment import add_app

pytestmark = pytest.mark.django_db

PAGE = "2fa/recovery-codes/"


def codes_of(page: str) -> list[str]:
    """Return the codes that a page shows."""
    return re.findall(r"<li><code>(\w+)</code>", page)


def test_new_codes_are_shown_once_and_the_old_are_dead(browser: Browser) -> None:
    add_app(browser)
    first = codes_of(browser.read(PAGE))
    answer = browser.send(f"{PAGE}?next=/admin/")
    assert answer["Location"] == f"/account/{PAGE}?next=%2Fadmin%2F"
    page = browser.client.get(answer["Location"]).content.decode()
    second = codes_of(page)
    assert len(second) == 10 and not {*first} & {*second}
    assert 'href="/admin/"' in page and "data-copy" in page and "data-print" in page
    assert codes_of(browser.read(PAGE)) == []


def test_a_look_at_the_head_does_not_use_them_up(browser: Browser) -> None:
    add_app(browser)
    browser.client.head(f"/account/{PAGE}")
    assert len(codes_of(browser.read(PAGE))) == 10


def test_without_a_factor_there_are_none(
    ann: User,
    browser: Browser,
) -> None:
    answer = browser.send(PAGE)
    assert answer.status_code == 409
    assert "add one first" in answer.content.decode()
