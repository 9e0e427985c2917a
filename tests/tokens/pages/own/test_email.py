"""The address page: a link is mailed, nothing else happens."""

from typing import Any

import pytest

from accounts.models import User
from accounts.services.email import confirm_change
from tests.factories import UserFactory
from tests.mailbox import last_mail, mails
from tests.tokens.pages.browsers import Browser

pytestmark = pytest.mark.django_db

PAGE = "email/"


def test_a_link_is_mailed_and_used(
    ann: User,
    browser: Browser,
) -> None:
    answer = browser.send(PAGE, {"email": "new@example.com"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/email/")
    page = browser.read(PAGE)
    assert "We mailed a link to new@example.com" in page
    assert "It is <bdi>ann@example.com</bdi> now" in page
    confirm_change(key=last_mail("new@example.com").key)
    assert "It is <bdi>new@example.com</bdi> now" in browser.read(PAGE)


def test_nobody_learns_that_an_address_is_taken(browser: Browser) -> None:
    UserFactory(email="bob@example.com")
    answers = [
        browser.send(PAGE, {"email": address})
        for address in ("bob@example.com", "free@example.com")
    ]
    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.parametrize(
    "address", ["", "none", "ann@example.com", "a\x00@b.c", "a@" + "b" * 400]
)
def test_what_is_no_new_address_is_refused_at_the_field(
    browser: Browser,
    address: str,
) -> None:
    answer = browser.send(PAGE, {"email": address})
    assert answer.status_code == 400
    assert 'id="email_error"' in answer.content.decode()
    assert mails() == []


def test_too_many_changes_are_refused(
    browser: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "1/1h"}
    assert browser.send(PAGE, {"email": "a@example.com"}).status_code == 302
    answer = browser.send(PAGE, {"email": "b@example.com"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
