"""Links of mails, as a browser meets them."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import resolve, reverse

from accounts.flows import verification
from accounts.mail.links import RULES
from accounts.models import MailLink, User
from accounts.privacy.services import keep_account, request_erasure
from accounts.services import email as addresses
from accounts.services.verification import send_verification
from tenants.services.invitations import PATH
from tests.conftest import Together
from tests.factories import UserFactory
from tests.mailbox import last_mail
from tests.tokens.pages.people import Browser, text

pytestmark = pytest.mark.django_db
OLD, NEW = "ann@example.com", "ann@example.org"

Made = Callable[[User], str]


def verifying(ann: User) -> str:
    EmailAddress.objects.filter(user=ann).update(verified=False)
    send_verification(ann, acting_user=ann)
    return last_mail(OLD).key


def changing(ann: User) -> str:
    addresses.request_change(ann, email=NEW, acting_user=ann)
    return last_mail(NEW).key


def undoing(ann: User) -> str:
    addresses.confirm_change(key=changing(ann))
    return last_mail(OLD).key


def keeping(ann: User) -> str:
    request_erasure(ann, acting_user=ann)
    return last_mail(OLD).key


ALL = [
    ("account-verify-link", verifying, OLD),
    ("account-confirm-email", changing, NEW),
    ("account-undo-email", undoing, OLD),
    ("account-keep", keeping, OLD),
]


@pytest.fixture(params=ALL, ids=[name for name, _, _ in ALL])
def link(
    request: pytest.FixtureRequest,
    ann: User,
) -> tuple[str, str, str]:
    """A page, a key that is good there, and the address that it shows."""
    name, make, shown = request.param
    return reverse(name), make(ann), shown


def used(
    browser: Browser,
    path: str,
    key: str,
) -> Any:
    """Press the page's button, as chromium does from a page without referrer."""
    browser.get("/account/login/")
    token = browser.client.cookies["ntt-csrf"].value
    form = {"csrfmiddlewaretoken": token, "key": key}
    return browser.client.post(path, form, headers={"origin": "null"})


def test_the_paths_are_those_that_are_mailed() -> None:
    for rule in RULES.values():
        assert str(resolve(rule.path).url_name).startswith("account-")
    assert resolve(PATH).url_name == "account-invitation"


def test_opening_a_link_claims_nothing_and_leaves_no_trace(
    link: tuple[str, str, str],
    browser: Browser,
) -> None:
    path, key, shown = link
    open_before = MailLink.objects.filter(claimed_at=None).count()
    for _ in range(2):
        page = browser.get(path, key=key)
        assert page.status_code == 200 and shown in text(page)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert text(page).count(key) == 1 and f'name="key" value="{key}"' in text(page)
    assert MailLink.objects.filter(claimed_at=None).count() == open_before


def test_the_button_uses_it_once(
    link: tuple[str, str, str],
    browser: Browser,
) -> None:
    path, key, shown = link
    done = used(browser, path, key)
    assert done.status_code == 200
    assert shown in text(done) and key not in text(done)
    assert "<form" not in text(done)
    gone = used(browser, path, key)
    assert gone.status_code == browser.get(path, key=key).status_code == 410
    assert "@" not in text(gone)
    assert not browser.is_in()


def test_what_the_links_do(
    browser: Browser,
    ann: User,
) -> None:
    used(browser, "/account/verify-email/", verifying(ann))
    assert verification.is_verified(ann.pk)
    used(browser, "/account/email/confirm/", changing(ann))
    ann.refresh_from_db()
    assert ann.email == NEW
    used(browser, "/account/email/undo/", last_mail(OLD).key)
    ann.refresh_from_db()
    assert ann.email == OLD
    request_erasure(ann, acting_user=ann)
    used(browser, "/account/keep/", last_mail(OLD).key)
    ann.refresh_from_db()
    assert ann.is_active and ann.erase_at is None


def test_a_link_works_on_its_own_page_only(
    link: tuple[str, str, str],
    browser: Browser,
) -> None:
    path, key, _ = link
    for name, _, _ in ALL:
        if reverse(name) != path:
            assert browser.get(reverse(name), key=key).status_code == 410
            assert used(browser, reverse(name), key).status_code == 410


def test_in_the_browser_of_another_it_is_for_its_own_person(
    browser: Browser,
    ann: User,
) -> None:
    UserFactory(email="bob@example.com")
    browser.log_in("bob@example.com")
    assert used(browser, "/account/email/confirm/", changing(ann)).status_code == 200
    ann.refresh_from_db()
    assert ann.email == NEW
    assert browser.is_in()


@pytest.mark.parametrize("name", [name for name, _, _ in ALL])
@pytest.mark.parametrize("key", ["", "unknown", "x" * 5000, "<b>", "\U0001f600"])
def test_a_link_that_is_none_says_so(
    name: str,
    key: str,
    browser: Browser,
) -> None:
    for answer in (
        browser.get(reverse(name), key=key),
        used(browser, reverse(name), key),
    ):
        assert answer.status_code == 410
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "<b>" not in text(answer)


def test_a_link_overtaken_meanwhile_is_dead(
    browser: Browser,
    ann: User,
) -> None:
    key = keeping(ann)
    browser.get("/account/keep/", key=key)
    keep_account(key)
    assert used(browser, "/account/keep/", key).status_code == 410


def test_a_form_of_another_site_and_other_methods_are_refused(
    link: tuple[str, str, str],
    browser: Browser,
) -> None:
    path, key, _ = link
    browser.get(path, key=key)
    for origin in ("null", "https://evil.example"):
        answer = browser.client.post(path, {"key": key}, headers={"origin": origin})
        assert answer.status_code == 403
    assert Client().put(path).status_code == 405
    assert browser.get(path, key=key).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_the_button_one_does(
    link: tuple[str, str, str],
    together: Together,
) -> None:
    path, key, _ = link
    answers = together(4, lambda _: used(Browser(), path, key))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
