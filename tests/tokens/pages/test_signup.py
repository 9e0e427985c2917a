"""Signing up, as a browser meets it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Tenant
from tests.accounts.flows.doors import mailed_code
from tests.factories import PASSWORD
from tests.mailbox import mails
from tests.tokens.pages.people import HOME, Browser, text, went
from tokens.models import Login

pytestmark = pytest.mark.django_db
SIGN_UP, VERIFY = "/account/signup/", "/account/verify/"


@pytest.fixture
def proving(tenant: Tenant) -> None:
    """The tenant asks for a proven address."""
    Tenant.objects.filter(pk=tenant.pk).update(verification_required=True)


@pytest.fixture
def trusting(tenant: Tenant) -> None:
    """The tenant takes an address as it is told."""
    Tenant.objects.filter(pk=tenant.pk).update(verification_required=False)


def signed_up(
    browser: Browser,
    **changed: str,
) -> Any:
    form = {"email": "new@example.com", "name": "New", "password": PASSWORD}
    return browser.post(SIGN_UP, **form | changed)


def test_without_proof_of_the_address_one_is_in_at_once(
    trusting: None,
    browser: Browser,
) -> None:
    assert went(signed_up(browser)) == HOME
    assert browser.is_in() and User.objects.get().name == "New"


def test_the_mailed_code_comes_next(
    proving: None,
    browser: Browser,
) -> None:
    browser.get(SIGN_UP)
    form = {"email": "new@example.com", "password": PASSWORD}
    assert went(browser.post(f"{SIGN_UP}?next=/account/x/", **form)) == VERIFY
    page = browser.get(VERIFY)
    assert "new@example.com" in text(page)
    assert went(browser.post(VERIFY, code=mailed_code())) == "/account/x/"
    assert browser.is_in()


def test_a_taken_address_looks_the_same(
    proving: None,
    ann: User,
    browser: Browser,
) -> None:
    assert went(signed_up(browser, email=ann.email)) == VERIFY
    taken = text(browser.get(VERIFY))
    other = Browser()
    signed_up(other, email="bob@example.com")
    free = text(other.get(VERIFY))
    assert len(taken) == len(free)
    assert browser.post(VERIFY, code="AAAA-AAAA").status_code == 401


def test_a_taken_address_is_told_where_nothing_has_to_be_proven(
    trusting: None,
    ann: User,
    browser: Browser,
) -> None:
    answer = signed_up(browser, email=ann.email)
    assert answer.status_code == 409
    assert "There is an account" in text(answer) and not Login.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "short"},
        {"password": "new@example.com"},
        {"email": "no address"},
        {"email": "\x00@example.com"},
        {"name": "x" * 5000},
        {"name": "a\nb\x07"},
        {"email": ""},
        {"password": ""},
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    changed: dict[str, str],
    proving: None,
    browser: Browser,
) -> None:
    answer = signed_up(browser, **changed)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in text(answer)
    assert PASSWORD not in text(answer)
    assert not User.objects.exists() and not mails()


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_a_closed_instance_has_no_such_page(
    registration: str,
    tenant: Tenant,
    browser: Browser,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(registration=registration)
    assert browser.get(SIGN_UP).status_code == 403
    browser.get("/account/login/")
    assert signed_up(browser).status_code == 403
    assert not User.objects.exists()


def test_whoever_is_signed_in_goes_on(
    ann: User,
    browser: Browser,
) -> None:
    browser.log_in()
    assert went(browser.get(SIGN_UP)) == HOME


def test_a_form_of_another_site_and_other_methods_are_refused(browser: Browser) -> None:
    form = {"email": "new@example.com", "password": PASSWORD}
    assert browser.client.post(SIGN_UP, form).status_code == 403
    assert Client().put(SIGN_UP).status_code == 405
