"""Each page of signing in, in a real browser: fit for everybody."""

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from accounts.flows.verification import is_verified
from accounts.models import User
from accounts.privacy.services import request_erasure
from accounts.services import email as addresses
from accounts.services.verification import send_verification
from tenants.services import invitations
from tests.authenticators import App, has_app
from tests.browser.entry import (
    ANN,
    NEW,
    arrived,
    follow,
    heading,
    log_in,
    look_at,
    press,
    secret,
    tenant,
)
from tests.browser.pages import await_answer, examine, fill, walk
from tests.factories import PASSWORD, TenantFactory, UserFactory
from tests.mailbox import last_mail
from tests.tenants import mailed
from tests.tokens.api.factor_calls import add_app, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]


def test_the_sign_in(page: Chrome) -> None:
    look_at(page, "/account/login/")
    assert page.switch_to.active_element.get_attribute("id") == "email"
    examine(page, "login")
    order = walk(page)
    assert order[:2] == ["email", "password"]
    ways = ["Create an account", "English", "Deutsch", "日本語", "العربية"]
    assert "Sign in with a passkey" in order and order[-5:] == ways
    fill(page, email=ANN, password="not this one")
    assert page.switch_to.active_element.get_attribute("role") == "alert"
    examine(page, "login-error")


def test_the_sign_up(page: Chrome) -> None:
    look_at(page, "/account/signup/")
    examine(page, "signup")
    assert walk(page)[:3] == ["email", "name", "password"]
    fill(page, email="no address", password="short")
    examine(page, "signup-error")


def test_the_mailed_code(page: Chrome) -> None:
    tenant(verification_required=True)
    look_at(page, "/account/signup/")
    fill(page, email="new@example.com", password=NEW)
    examine(page, "verify")
    order = walk(page)
    assert order[:2] == ["code", "Continue"] and "resend" in order
    fill(page, code="AAAA-AAAA")
    examine(page, "verify-error")


def test_the_second_factor(
    page: Chrome,
    ann: User,
) -> None:
    app, _ = add_app(signed_in(ann))
    log_in(page)
    examine(page, "mfa")
    assert walk(page)[:2] == ["code", "Continue"]
    fill(page, code=app.wrong())
    examine(page, "mfa-error")
    press(page, "Use a recovery code")
    examine(page, "mfa-recovery")


def test_the_way_to_be_set_up(
    page: Chrome,
    ann: User,
) -> None:
    tenant(mfa_required=True)
    log_in(page)
    examine(page, "enrol-required")
    fill(page, code="000000")
    examine(page, "enrol-required-error")
    fill(page, code=App(secret(page)).code())
    assert heading(page) == "Keep your recovery codes"
    examine(page, "recovery-codes")
    press(page, "I have kept them: continue")
    assert arrived(page)


def test_the_reset(
    page: Chrome,
    ann: User,
) -> None:
    has_app(ann)
    look_at(page, "/account/password/reset/")
    examine(page, "reset")
    fill(page, email="no address")
    examine(page, "reset-error")
    fill(page, email=ANN)
    examine(page, "reset-sent")
    follow(page, last_mail(ANN).url)
    examine(page, "reset-key")
    assert walk(page)[:1] == ["password"]
    fill(page, code="000000", password="short")
    examine(page, "reset-key-error")


def test_who_is_signed_in_proves_it_again_and_leaves(
    page: Chrome,
    ann: User,
) -> None:
    log_in(page)
    look_at(page, "/account/reauthenticate/?next=/account/")
    examine(page, "reauthenticate")
    fill(page, password="not this one")
    examine(page, "reauthenticate-error")
    fill(page, password=PASSWORD)
    assert arrived(page)
    look_at(page, "/account/logout/")
    examine(page, "logout")
    press(page, "Sign out")
    assert "You are signed out." in page.find_element(By.TAG_NAME, "main").text
    examine(page, "login-notice")


def test_the_link_that_proves_an_address(page: Chrome) -> None:
    bob = UserFactory.create(email="bob@example.com", verified=False)
    send_verification(bob, acting_user=bob)
    used(page, last_mail("bob@example.com").url, "verify-link")
    assert is_verified(bob.pk)


def test_the_links_of_mails(
    page: Chrome,
    ann: User,
) -> None:
    addresses.request_change(ann, email="ann@example.org", acting_user=ann)
    used(page, last_mail("ann@example.org").url, "confirm-email")
    used(page, last_mail(ANN).url, "undo-email")
    request_erasure(ann, acting_user=ann)
    used(page, last_mail(ANN).url, "keep")
    follow(page, last_mail(ANN).url)
    examine(page, "link-gone")


def used(
    page: Chrome,
    url: str,
    name: str,
) -> None:
    """Open a link, press its button, and look at both pages."""
    follow(page, url)
    examine(page, name)
    button = page.find_element(By.CSS_SELECTOR, "main [type=submit]")
    button.click()
    await_answer(page, button)
    examine(page, f"{name}-done")


def test_the_invitation(page: Chrome) -> None:
    shop = TenantFactory.create(name="Shop", registration="invite")
    invitations.invite(shop, "guest@example.com", acting_user=None)
    look_at(page, f"/account/invitation/?key={mailed.last_key()}")
    examine(page, "invitation")
    fill(page, name="Guest", password="short")
    examine(page, "invitation-error")
