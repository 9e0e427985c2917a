"""Signing in as people do, in a real browser, with and without its script."""

import time
from collections.abc import Iterator

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from accounts.models import User
from tenants.services import invitations
from tests.accounts.flows.doors import mailed_code
from tests.authenticators import App, has_app
from tests.browser.entry import (
    ANN,
    NEW,
    arrived,
    at,
    follow,
    heading,
    log_in,
    look_at,
    press,
    secret,
    tenant,
    verifying,
)
from tests.browser.pages import complaints, examine, fill
from tests.factories import PASSWORD, TenantFactory
from tests.mailbox import last_mail
from tests.tenants import mailed
from tests.tokens.api.factor_calls import add_app, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def either(
    page: Chrome,
    request: pytest.FixtureRequest,
) -> Iterator[Chrome]:
    """The browser, once as it is and once without scripts."""
    off = {"value": not request.param}
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", off)
    yield page
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def shown_codes(page: Chrome) -> None:
    """Wait for the recovery codes; the page before may go while its heading is read."""
    stale = [StaleElementReferenceException]
    patient = WebDriverWait(page, 10, ignored_exceptions=stale)
    patient.until(lambda _: "Keep your" in heading(page))


def test_sign_up_with_the_mailed_code(either: Chrome) -> None:
    tenant(verification_required=True)
    look_at(either, "/account/login/")
    either.find_element(By.LINK_TEXT, "Create an account").click()
    fill(either, email="new@example.com", name="New", password=NEW)
    fill(either, code=mailed_code())
    assert arrived(either)


def test_sign_in_and_out(
    either: Chrome,
    ann: User,
) -> None:
    log_in(either, "not this one")
    fill(either, email=ANN, password=PASSWORD)
    assert arrived(either)
    look_at(either, "/account/logout/")
    press(either, "Sign out")
    assert at(either) == "/account/login/"


def test_sign_in_with_a_code_of_an_app_or_a_recovery_code(
    either: Chrome,
    ann: User,
) -> None:
    app, codes = add_app(signed_in(ann))
    log_in(either)
    fill(either, code=app.code())
    assert arrived(either)
    either.delete_all_cookies()
    log_in(either)
    press(either, "Use a recovery code")
    fill(either, code=codes[0])
    assert arrived(either)


def test_set_up_what_is_required(
    either: Chrome,
    ann: User,
) -> None:
    tenant(mfa_required=True)
    log_in(either)
    fill(either, code=App(secret(either)).code())
    assert len(either.find_elements(By.CSS_SELECTOR, "#codes li")) == 10
    press(either, "I have kept them: continue")
    assert arrived(either)


def test_reset_a_password(
    either: Chrome,
    ann: User,
) -> None:
    app = has_app(ann)
    look_at(either, "/account/login/")
    press(either, "Forgot your password?")
    fill(either, email=ANN)
    follow(either, last_mail(ANN).url)
    fill(either, password=NEW, code=app.code())
    assert at(either) == "/account/login/"
    fill(either, email=ANN, password=NEW)
    fill(either, code=app.code())
    assert arrived(either)


def test_accept_an_invitation(
    either: Chrome,
    ann: User,
) -> None:
    shop = TenantFactory.create(name="Shop", registration="invite")
    invitations.invite(shop, "guest@example.com", acting_user=None)
    look_at(either, f"/account/invitation/?key={mailed.last_key()}")
    fill(either, name="Guest", password=NEW)
    assert arrived(either)
    either.delete_all_cookies()
    invitations.invite(shop, ANN, acting_user=None)
    look_at(either, f"/account/invitation/?key={mailed.last_key()}")
    press(either, "I have an account: sign in")
    fill(either, email=ANN, password=PASSWORD)
    press(either, "Accept")
    assert heading(either) == "You are a member of Shop"


def test_a_passkey_is_set_up_and_then_all_there_is(
    page: Chrome,
    ann: User,
) -> None:
    page.add_virtual_authenticator(verifying())
    tenant(mfa_required=True)
    log_in(page)
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    shown_codes(page)
    press(page, "I have kept them: continue")
    assert arrived(page)
    page.delete_all_cookies()
    log_in(page)
    examine(page, "mfa-passkey")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    page.delete_all_cookies()
    look_at(page, "/account/login/?next=/account/")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    look_at(page, "/account/reauthenticate/?next=/account/")
    examine(page, "reauthenticate-passkey")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    page.delete_all_cookies()
    time.sleep(1.1)  # a link is dead once its person signed in after it was made
    look_at(page, "/account/password/reset/")
    fill(page, email=ANN)
    follow(page, last_mail(ANN).url)
    examine(page, "reset-key-passkey")
    field = page.find_element(By.NAME, "password")
    field.send_keys(NEW)
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] [type=submit]").click()
    WebDriverWait(page, 10).until(lambda _: at(page) == "/account/login/")
    assert complaints(page) == []


def test_a_passkey_is_offered_in_the_address_field(
    page: Chrome,
    ann: User,
) -> None:
    """No driver can choose from a browser's own list: the offer is answered for it."""
    page.add_virtual_authenticator(verifying())
    tenant(mfa_required=True)
    log_in(page)
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    shown_codes(page)
    page.delete_all_cookies()
    stub = """
        const real = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = ({mediation, ...how}) => real(how);
        PublicKeyCredential.isConditionalMediationAvailable = async () => true;
    """
    page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": stub})
    look_at(page, "/account/login/")
    assert arrived(page)
