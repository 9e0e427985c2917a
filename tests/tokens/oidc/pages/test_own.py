"""The applications that somebody let in, in their account."""

import re
from uuid import uuid4

import pytest

from accounts.models import User
from tests.factories import SessionFactory, UserFactory
from tests.tokens.oidc.third import consented, is_live, orders, shop, wanted
from tests.tokens.pages.browsers import Browser, signed_in
from tokens.oidc.models import Consent
from tokens.oidc.services import consents

pytestmark = pytest.mark.django_db
PAGE = "applications/"


@pytest.fixture
def ann(keys: None) -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def browser(ann: User) -> Browser:
    return signed_in(ann)


def test_each_is_listed_with_its_scopes_in_words(
    ann: User,
    browser: Browser,
) -> None:
    consents.grant(ann, shop("<Shop>"), wanted("openid orders:read", api=orders()))
    consented(UserFactory(), shop("Somebody else's"))
    page = browser.read(PAGE)
    assert "&lt;Shop&gt;" in page and "Somebody else" not in page
    assert "Know that it is you" in page and "See what you ordered" in page
    assert "allowed on" in page
    assert 'aria-current="page">Applications' in page


def test_without_any_it_says_so(browser: Browser) -> None:
    assert "There are none." in browser.read(PAGE)


def test_many_are_paged(
    ann: User,
    browser: Browser,
) -> None:
    for number in range(27):
        consented(ann, shop(f"Shop {number}"))
    page = browser.read(PAGE)
    more = re.search(r'href="(\?before=[\w-]+)"', page)
    assert more and page.count("/revoke/") == 25
    assert browser.read(PAGE + more[1]).count("/revoke/") == 2
    assert browser.open(f"{PAGE}?before=x").status_code == 400


def test_taking_one_back_signs_out_there_and_says_so(
    ann: User,
    browser: Browser,
) -> None:
    consent, kept = consented(ann, shop("Shop")), consented(ann)
    there = SessionFactory(user=ann, application=consent.application)
    sent = browser.send(f"{PAGE}{consent.pk}/revoke/", form=PAGE)
    assert sent.status_code == 302 and sent["Location"] == "/account/applications/"
    assert "Shop has no access to your account any more." in browser.read(PAGE)
    assert Consent.objects.get() == kept and not is_live(there)
    assert browser.send(f"{PAGE}{consent.pk}/revoke/", form=PAGE).status_code == 404


def test_somebody_elses_is_not_found(
    ann: User,
    browser: Browser,
) -> None:
    consented(ann)
    theirs = consented(UserFactory())
    for key in (theirs.pk, uuid4()):
        sent = browser.send(f"{PAGE}{key}/revoke/", form=PAGE)
        assert sent.status_code == 404
    assert Consent.objects.filter(pk=theirs.pk).exists()


def test_it_is_taken_back_only_by_a_form_of_ours(
    ann: User,
    browser: Browser,
) -> None:
    path = f"{PAGE}{consented(ann).pk}/revoke/"
    assert browser.open(path).status_code == 405
    assert browser.client.post(f"/account/{path}").status_code == 403
    assert Consent.objects.exists()


def test_only_who_is_signed_in_sees_it(ann: User) -> None:
    path = f"{PAGE}{consented(ann).pk}/revoke/"
    nobody = Browser()
    assert nobody.open(PAGE)["Location"].startswith("/account/login/")
    sent = nobody.send(path, form="password/reset/")
    assert sent["Location"].startswith("/account/login/")
    browser = signed_in(ann)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert browser.open(PAGE)["Location"].startswith("/account/login/")
    assert Consent.objects.exists()
