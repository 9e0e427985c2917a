"""Signing in through the hosted pages, in a real browser, with and without its script."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from accounts.models import User
from accounts.privacy.services import request_erasure
from accounts.services import email as addresses
from tenants.models import Application, Tenant
from tenants.services import invitations
from tests.accounts.flows.doors import mailed_code
from tests.authenticators import App, has_app
from tests.browser.pages import complaints, examine, fill, walk
from tests.factories import PASSWORD, TenantFactory, UserFactory
from tests.mailbox import last_mail
from tests.tenants import mailed
from tests.tokens.api.factor_calls import add_app, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]
ANN, NEW = "ann@example.com", "a quiet walk in the hills"
HOME = "/account/in/"


@pytest.fixture
def page(
    chromium: Chrome,
    live_server: Any,
    settings: Any,
) -> Chrome:
    """A browser before an instance on `localhost`, which may have passkeys."""
    base = live_server.url.replace("127.0.0.1", "localhost")
    settings.ROOT_URLCONF = "tests.tokens.pages.site"
    settings.ISSUER, settings.IDENTITY_API = base, f"{base}/api/v1"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.RATE_LIMITS = False
    chromium.base = base  # type: ignore[attr-defined]
    return chromium


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


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email=ANN)
    return user


def tenant(**changed: Any) -> None:
    """Change the tenant of the hosted pages."""
    built_in = Application.objects.get(client_id="default").tenant
    Tenant.objects.filter(pk=built_in.pk).update(**changed)


def look_at(
    page: Chrome,
    path: str,
) -> None:
    """Open a page."""
    page.get(f"{page.base}{path}")  # type: ignore[attr-defined]


def follow(
    page: Chrome,
    url: str,
) -> None:
    """Open a mailed link."""
    parts = urlsplit(url)
    look_at(page, f"{parts.path}?{parts.query}")


def press(
    page: Chrome,
    text: str,
) -> None:
    """Press a button or a link by its text, and wait for the answer."""
    path = f"//main//*[self::button or self::a][normalize-space()='{text}']"
    found = page.find_element(By.XPATH, path)
    found.click()
    WebDriverWait(page, 10).until(staleness_of(found))


def at(page: Chrome) -> str:
    """Return the path of the page that is open, once it is there."""
    return urlsplit(page.current_url).path


def heading(page: Chrome) -> str:
    return page.find_element(By.TAG_NAME, "h1").text


def arrived(page: Chrome) -> bool:
    """Wait until the browser is in."""
    WebDriverWait(page, 10).until(lambda _: at(page) == HOME)
    return "in as" in page.page_source


def verifying() -> VirtualAuthenticatorOptions:
    """Return an authenticator that keeps passkeys and knows its user."""
    return VirtualAuthenticatorOptions(
        has_resident_key=True, has_user_verification=True, is_user_verified=True
    )


def log_in(
    page: Chrome,
    password: str = PASSWORD,
) -> None:
    look_at(page, "/account/login/")
    fill(page, email=ANN, password=password)


# -- each page is fit for everybody


def test_the_sign_in(page: Chrome) -> None:
    look_at(page, "/account/login/")
    assert page.switch_to.active_element.get_attribute("id") == "email"
    examine(page, "login")
    order = walk(page)
    assert order[:2] == ["email", "password"]
    assert "Sign in with a passkey" in order and order[-1] == "Create an account"
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


def secret(page: Chrome) -> str:
    return page.find_element(By.ID, "secret").text.replace(" ", "")


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
    look_at(page, "/account/reauthenticate/?next=/account/in/")
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
    WebDriverWait(page, 10).until(staleness_of(button))
    examine(page, f"{name}-done")


def test_the_invitation(page: Chrome) -> None:
    shop = TenantFactory.create(name="Shop", registration="invite")
    invitations.invite(shop, "guest@example.com", acting_user=None)
    look_at(page, f"/account/invitation/?key={mailed.last_key()}")
    examine(page, "invitation")
    fill(page, name="Guest", password="short")
    examine(page, "invitation-error")


# -- whole journeys


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
    WebDriverWait(page, 10).until(lambda _: "Keep your" in heading(page))
    press(page, "I have kept them: continue")
    assert arrived(page)
    page.delete_all_cookies()
    log_in(page)
    examine(page, "mfa-passkey")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    page.delete_all_cookies()
    look_at(page, "/account/login/?next=/account/in/")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    look_at(page, "/account/reauthenticate/?next=/account/in/")
    examine(page, "reauthenticate-passkey")
    page.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
    assert arrived(page)
    page.delete_all_cookies()
    time.sleep(1.1)  # a link is dead once its person signed in after it was made
    look_at(page, "/account/password/reset/")
    fill(page, email=ANN)
    follow(page, last_mail(ANN).url)
    press(page, "Use a passkey")
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
    WebDriverWait(page, 10).until(lambda _: "Keep your" in heading(page))
    page.delete_all_cookies()
    stub = """
        const real = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = ({mediation, ...how}) => real(how);
        PublicKeyCredential.isConditionalMediationAvailable = async () => true;
    """
    page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": stub})
    look_at(page, "/account/login/")
    assert arrived(page)
