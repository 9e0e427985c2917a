"""Proving one's address on the way to an application that wants it."""

from typing import Any

import pytest

from accounts.models import User
from accounts.outbox.models import Delivery
from tests.factories import UserFactory
from tests.tokens.pages.browsers import Browser, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PAGE = "verify-first/?next=/account/sessions/"


@pytest.fixture
def bob() -> User:
    user: User = UserFactory(email="bob@example.com", verified=False)
    return user


def test_a_link_is_mailed_to_who_is_signed_in_and_nobody_else(bob: User) -> None:
    browser = signed_in(bob)
    assert "bob@example.com" in browser.read(PAGE)
    sent = browser.send(PAGE, {"email": "mallory@example.com"})
    assert sent["Location"] == "/account/verify-first/?next=%2Faccount%2Fsessions%2F"
    assert Delivery.objects.count() == 1
    assert "We mailed a link" in browser.read(PAGE)


def test_who_has_proven_theirs_goes_on() -> None:
    browser = signed_in(UserFactory())
    assert browser.open(PAGE)["Location"] == "/account/sessions/"


def test_somebody_not_signed_in_signs_in_first() -> None:
    answer = Browser().open(PAGE)
    assert answer["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "x"])
def test_it_leads_to_our_own_pages_only(
    bob: User,
    onward: str,
) -> None:
    page = signed_in(bob).read(f"verify-first/?next={onward}")
    assert 'href="/account/"' in page and "evil" not in page


def test_mails_are_limited(
    bob: User,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "1/1h"}
    browser = signed_in(bob)
    assert browser.send(PAGE).status_code == 302
    again = browser.send(PAGE)
    assert again.status_code == 429 and "Retry-After" in again
    assert Delivery.objects.count() == 1


def test_a_form_of_another_site_mails_nothing(bob: User) -> None:
    browser = signed_in(bob)
    assert browser.client.post(f"/account/{PAGE}").status_code == 403
    assert not Delivery.objects.exists()
