"""The account area in a real browser: every page's look, the keyboard, and whole journeys."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.models import User
from config import context
from config.context import RequestContext
from tests.authenticators import App, has_app
from tests.browser.pages import await_answer, complaints, examine, fill, walk
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    LoginFactory,
    SessionFactory,
    UserFactory,
)
from tests.mailbox import last_mail
from tests.operators import root
from tests.tokens.pages.browsers import FIREFOX, signed_in
from tokens.models import Session
from tokens.services.keys import ensure_signing_keys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "another correct horse battery"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"


@pytest.fixture
def ann(
    live_server: Any,
    settings: Any,
) -> User:
    """Ann, on an instance whose pages are all there."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.ISSUER = live_server.url
    ensure_signing_keys()
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def page(
    ann: User,
    chromium: Chrome,
    live_server: Any,
) -> Chrome:
    """A browser in which Ann is signed in."""
    chromium.base = live_server.url  # type: ignore[attr-defined]
    enter(chromium, ann)
    return chromium


def enter(
    page: Chrome,
    user: User,
) -> None:
    """Sign somebody in."""
    page.get(f"{page.base}/account/login/")  # type: ignore[attr-defined]
    page.delete_all_cookies()
    cookie = signed_in(user).cookie
    page.add_cookie({"name": configured.SESSION_COOKIE_NAME, "value": cookie})


def look_at(
    page: Chrome,
    path: str = "",
) -> str:
    """Open a page of the account area and return its text."""
    page.get(f"{page.base}/account/{path}")  # type: ignore[attr-defined]
    return text_of(page)


def text_of(page: Chrome) -> str:
    """Return what the page says."""
    return page.find_element(By.TAG_NAME, "body").text


def where(page: Chrome) -> str:
    """Return the path of the page, with its query."""
    return page.current_url.removeprefix(page.base)  # type: ignore[attr-defined]


def press(
    page: Chrome,
    label: str,
) -> None:
    """Press the link or button with a label, and wait for the answer."""
    found = f"//main//*[self::a or self::button][normalize-space()='{label}']"
    target = page.find_element(By.XPATH, found)
    target.click()
    await_answer(page, target)


def verifying() -> VirtualAuthenticatorOptions:
    """Return an authenticator that keeps keys and knows its user."""
    options = VirtualAuthenticatorOptions(
        has_resident_key=True, has_user_verification=True
    )
    options.is_user_verified = True
    return options


# -- each page's look


def test_the_profile_is_fit_for_everybody(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page)
    examine(page, "own-profile")
    fill(page, name="x" * 151)
    assert page.title.startswith("Error:")
    examine(page, "own-profile-errors")
    fill(page, name="Ann Åström")
    assert "Your profile was saved." in text_of(page)
    examine(page, "own-profile-saved")


def test_an_unproven_address_is_fit_for_everybody(page: Chrome) -> None:
    long_name = "a-rather-long-name.for-somebody" * 2
    bob = UserFactory(email=f"{long_name}@example.com", verified=False)
    enter(page, bob)
    look_at(page)
    examine(page, "own-profile-unverified")
    press(page, "Verify now")
    assert "We mailed a link to" in text_of(page)
    assert last_mail(bob.email).key


def test_the_password_page_is_fit_for_everybody(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page, "password/change/")
    examine(page, "own-password")
    fill(page, current_password="wrong", new_password=NEW)
    assert "The password is wrong." in text_of(page)
    examine(page, "own-password-errors")
    fill(page, current_password=PASSWORD, new_password=NEW)
    assert "Your password was changed" in text_of(page)
    ann.refresh_from_db()
    ann.set_unusable_password()
    ann.save()
    enter(page, ann)
    assert "You have no password" in look_at(page, "password/change/")
    examine(page, "own-password-none")


def test_the_address_page_is_fit_for_everybody(page: Chrome) -> None:
    look_at(page, "email/")
    examine(page, "own-email")
    fill(page, email="ann@example.com")
    assert "This is your address already." in text_of(page)
    examine(page, "own-email-errors")
    fill(page, email="new@example.com")
    assert "We mailed a link to new@example.com" in text_of(page)
    examine(page, "own-email-sent")


def test_security_without_a_factor_is_fit_for_everybody(page: Chrome) -> None:
    look_at(page, "2fa/")
    examine(page, "own-security-empty")
    press(page, "Add a second factor")
    examine(page, "own-enrol")


def test_few_codes_are_fit_for_everybody(
    ann: User,
    page: Chrome,
) -> None:
    has_app(ann)
    look_at(page, "2fa/")
    examine(page, "own-security-few")
    look_at(page, "2fa/enrol/")
    examine(page, "own-enrol-second")
    look_at(page, "2fa/recovery-codes/")
    examine(page, "own-recovery")


def test_the_sessions_are_fit_for_everybody(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page, "sessions/")
    examine(page, "own-sessions-alone")
    name = "A shop with quite a long name that has to be wrapped"
    for agent in (SAFARI, FIREFOX):
        SessionFactory(
            application=ApplicationFactory(name=name),
            login=LoginFactory(user=ann, user_agent=agent, ip="2001:db8::7"),
        )
    look_at(page, "sessions/")
    examine(page, "own-sessions")


def test_the_activity_is_fit_for_everybody(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page, "activity/")
    examine(page, "own-activity-empty")
    home = RequestContext(ip="2001:db8:85a3::8a2e:370:7334", user_agent=SAFARI)
    with context.entered(home):
        record(Action.USER_REGISTERED, acting=ann, target=ann)
        for _ in range(20):
            record(Action.LOGIN_SUCCEEDED, acting=ann, target=ann)
        nobody = Party("anonymous")
        for _ in range(3):
            record(Action.LOGIN_FAILED, acting=nobody, target=ann, succeeded=False)
        record(Action.USER_UNLOCKED, acting=root(), target=ann)
        record(Action.FACTOR_ADDED, acting=ann, target=ann)
        record(Action.PASSWORD_CHANGED, acting=ann, target=ann)
    look_at(page, "activity/")
    examine(page, "own-activity")
    press(page, "Older")
    assert "You signed up" in text_of(page)


def test_the_data_pages_are_fit_for_everybody(page: Chrome) -> None:
    look_at(page, "data/")
    examine(page, "own-data")
    press(page, "Download your data")
    examine(page, "own-export")
    look_at(page, "data/")
    press(page, "Delete your account")
    examine(page, "own-leave")
    press(page, "Delete my account")
    assert page.title.startswith("Error:")
    examine(page, "own-leave-errors")


def test_the_keyboard_gets_everywhere(page: Chrome) -> None:
    look_at(page)
    order = walk(page)
    assert order[0] == "Skip to the content"
    assert order[1] == "Sign out"
    ways = ["Profile", "Password", "E-mail", "Security", "Sessions"]
    assert order[2:10] == [*ways, "Applications", "Activity", "Your data"]
    assert order[-3:] == ["name", "language", "Save"]
    look_at(page, "sessions/")
    assert walk(page)[-1] == "Sign out everywhere"
    look_at(page, "data/leave/")
    assert walk(page)[-3:] == ["sure", "Delete my account", "Cancel"]


# -- journeys


def test_an_app_is_set_up_and_removed(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page, "2fa/enrol/?next=/account/activity/")
    page.find_element(By.CSS_SELECTOR, "a[href*='/app/']").click()
    picture = page.find_element(By.CSS_SELECTOR, ".qr img")
    width = page.execute_script("return arguments[0].naturalWidth", picture)
    assert picture.is_displayed() and width > 0
    secret = page.find_element(By.ID, "secret").text
    examine(page, "own-app")
    app = App(secret.replace(" ", ""))
    fill(page, code=app.wrong())
    assert "The code is wrong." in text_of(page)
    assert page.find_element(By.ID, "secret").text == secret
    examine(page, "own-app-errors")
    fill(page, code=app.code())
    codes = page.find_elements(By.CSS_SELECTOR, "#codes code")
    assert len({code.text for code in codes}) == 10
    examine(page, "own-codes")
    press(page, "I have kept them")
    assert where(page) == "/account/activity/"
    assert "You added a second factor" in text_of(page)
    look_at(page, "2fa/")
    examine(page, "own-security-app")
    press(page, "Remove Authenticator app")
    examine(page, "own-remove")
    press(page, "Remove")
    assert "There is none yet" in text_of(page)
    assert complaints(page) == []


def test_a_passkey_is_set_up_renamed_and_removed(page: Chrome) -> None:
    page.add_virtual_authenticator(verifying())
    look_at(page, "2fa/enrol/passkey/")
    examine(page, "own-passkey-new")
    press(page, "Make a passkey")
    assert where(page) == "/account/2fa/recovery-codes/"
    assert len(page.find_elements(By.CSS_SELECTOR, "#codes code")) == 10
    press(page, "I have kept them")
    examine(page, "own-security-passkey")
    press(page, "Change Chrome on Linux")
    examine(page, "own-passkey")
    fill(page, name="Office computer")
    assert "Office computer" in text_of(page)
    press(page, "Change Office computer")
    press(page, "Remove this passkey")
    press(page, "Remove")
    assert "“Office computer” was removed." in text_of(page)
    assert complaints(page) == []


def test_a_passkey_without_a_script_has_another_way(page: Chrome) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    assert "Passkeys need JavaScript" in look_at(page, "2fa/enrol/passkey/")
    press(page, "Use something else")
    assert where(page) == "/account/2fa/enrol/"
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_other_sessions_are_ended(
    ann: User,
    page: Chrome,
) -> None:
    SessionFactory(user=ann)
    phone = signed_in(ann)
    look_at(page, "sessions/")
    press(page, "Sign out all others")
    assert "All other devices were signed out." in text_of(page)
    assert Session.objects.live().count() == 1
    assert phone.open("").status_code == 302
    press(page, "Sign out everywhere")
    assert where(page) == "/account/login/"
    look_at(page)
    assert where(page).startswith("/account/login/?next=")


def test_everything_is_downloaded_more_than_once(
    ann: User,
    page: Chrome,
    tmp_path: Path,
) -> None:
    allowed = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    look_at(page, "data/export/")
    button = page.find_element(By.CSS_SELECTOR, "main [type=submit]")
    file = tmp_path / f"account-{ann.pk}.json"
    for _ in range(2):
        button.click()
        patient = WebDriverWait(page, 10, ignored_exceptions=[OSError, ValueError])
        held = patient.until(lambda _: json.loads(file.read_text()))  # in whole
        assert held["user_id"] == str(ann.pk)
        file.unlink()
    assert where(page) == "/account/data/export/"


def test_whoever_leaves_is_told_until_when_they_can_come_back(
    ann: User,
    page: Chrome,
) -> None:
    look_at(page, "data/leave/")
    page.find_element(By.NAME, "sure").click()
    press(page, "Delete my account")
    assert where(page) == "/account/data/left/"
    examine(page, "own-left")
    look_at(page)
    assert where(page).startswith("/account/login/")
    assert last_mail("ann@example.com").key
