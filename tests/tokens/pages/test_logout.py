"""Signing out, as a browser meets it."""

import pytest
from django.test import Client

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.tokens.pages.people import HOME, LOGIN, Browser, text, went
from tokens.models import Login

pytestmark = pytest.mark.django_db
LOGOUT = "/account/logout/"


def test_opening_the_page_ends_nothing(
    browser: Browser,
    ann: User,
) -> None:
    browser.log_in()
    assert "Sign out" in text(browser.get(LOGOUT))
    assert browser.is_in()


def test_the_button_ends_the_login_and_forgets_the_browser(
    browser: Browser,
    ann: User,
) -> None:
    browser.log_in()
    before = browser.cookie
    assert went(browser.post(LOGOUT)) == LOGIN
    assert "You are signed out." in text(browser.get(LOGIN))
    assert Login.objects.get().revoked_at is not None
    assert not browser.is_in() and not browser.holding(before).is_in()
    assert Event.objects.filter(action=Action.SIGNED_OUT).count() == 1
    assert went(browser.get(HOME)).startswith(LOGIN)


def test_nobody_may_sign_out_and_again(browser: Browser) -> None:
    assert went(browser.post(LOGOUT)) == LOGIN
    assert went(browser.post(LOGOUT)) == LOGIN


def test_another_site_signs_nobody_out(
    browser: Browser,
    ann: User,
) -> None:
    browser.log_in()
    assert browser.client.post(LOGOUT).status_code == 403
    assert browser.is_in()
    assert Client().put(LOGOUT).status_code == 405
