"""The hosted pages in a real browser: their look, their script, their policy."""

import json
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from accounts.services import create_setup_link
from accounts.services.setup import setup_path
from tests.browser.pages import complaints, examine, fill, screenshot, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIGN_IN = "/account/gallery/"
ALL = "/account/gallery/all/"


@pytest.fixture
def page(
    chromium: Chrome,
    live_server: Any,
    settings: Any,
) -> Chrome:
    """A browser before an instance that has the gallery too."""
    settings.ROOT_URLCONF = "tests.browser.gallery"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    chromium.base = live_server.url  # type: ignore[attr-defined]
    return chromium


def look_at(
    page: Chrome,
    path: str,
) -> None:
    """Open a page."""
    page.get(f"{page.base}{path}")  # type: ignore[attr-defined]


def pressed(
    page: Chrome,
    selector: str,
) -> None:
    """Press what stands at a selector."""
    page.find_element(By.CSS_SELECTOR, selector).click()


def test_the_set_up_page_is_fit_for_everybody(page: Chrome) -> None:
    look_at(page, setup_path(create_setup_link()))
    examine(page, "setup")
    assert page.switch_to.active_element.get_attribute("id") == "email"
    fill(page, email="no address", password="short", again="other")
    assert page.title.startswith("Error:")
    examine(page, "setup-errors")


@pytest.mark.parametrize("path", ["/account/setup/?token=none", "/"])
def test_a_page_without_a_form_is_fit_for_everybody(
    page: Chrome,
    path: str,
) -> None:
    look_at(page, path)
    examine(page, "setup-gone" if "setup" in path else "home")


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 500, 503])
def test_an_error_page_is_fit_for_everybody(
    page: Chrome,
    status: int,
) -> None:
    below = "nowhere/" if status == 404 else f"gallery/fail/{status}/"
    look_at(page, f"/account/{below}")
    assert page.find_element(By.TAG_NAME, "h1").text
    examine(page, f"error-{status}")


def test_a_form_without_its_token_says_what_to_do(page: Chrome) -> None:
    look_at(page, SIGN_IN)
    page.delete_all_cookies()
    fill(page, email="ada@example.com", password="x")
    assert "out of date" in page.find_element(By.TAG_NAME, "h1").text
    examine(page, "error-form")


def test_the_sign_in_is_fit_for_everybody_and_for_the_keyboard(page: Chrome) -> None:
    look_at(page, SIGN_IN)
    examine(page, "sign-in")
    assert page.switch_to.active_element.get_attribute("id") == "email"
    order = walk(page)
    assert order[:2] == ["email", "password"]
    assert "Create an account" in order and order[-1] == "العربية"
    assert "Sign in" in order and "Use a passkey" in order


def test_a_refusal_takes_the_focus_and_leads_to_the_field(page: Chrome) -> None:
    look_at(page, SIGN_IN)
    fill(page, email="ada@example.com", password="")
    assert page.switch_to.active_element.get_attribute("role") == "alert"
    examine(page, "sign-in-empty")
    pressed(page, ".faults a")
    assert page.switch_to.active_element.get_attribute("id") == "password"
    fill(page, email="limit@example.com", password="wrong")
    assert "10 minutes" in page.find_element(By.CLASS_NAME, "faults").text
    assert page.find_element(By.NAME, "password").get_attribute("value") == ""
    examine(page, "sign-in-limited")


def test_every_part_is_fit_for_everybody(page: Chrome) -> None:
    look_at(page, ALL)
    examine(page, "gallery")
    order = walk(page)
    assert order[0] == "Skip to the content"
    assert {"email", "name", "password", "code", "language", "remember"} <= {*order}
    current = page.find_elements(By.CSS_SELECTOR, "nav [aria-current=page]")
    assert [link.text for link in current] == ["Everything"]
    assert "Left out" not in page.page_source


def test_every_part_with_faults_is_fit_for_everybody(page: Chrome) -> None:
    look_at(page, ALL)
    fill(page, email="x", code="１２-３４")
    assert len(page.find_elements(By.CSS_SELECTOR, ".faults li")) >= 2
    examine(page, "gallery-errors")


@pytest.mark.parametrize("path", [SIGN_IN, ALL, "/account/gallery/fail/429/"])
def test_in_arabic_everything_runs_from_right_to_left(
    page: Chrome,
    path: str,
    settings: Any,
) -> None:
    settings.LANGUAGE_CODE = "ar"
    look_at(page, path)
    root = page.find_element(By.TAG_NAME, "html")
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ar", "rtl")
    screenshot(page, f"arabic{path.replace('/', '-').rstrip('-')}")


def test_a_password_can_be_looked_at(page: Chrome) -> None:
    look_at(page, SIGN_IN)
    field = page.find_element(By.NAME, "password")
    button = page.find_element(By.CLASS_NAME, "reveal")
    assert button.get_attribute("aria-label") == "Show password"
    for shown, kind in (("true", "text"), ("false", "password")):
        button.click()
        assert button.get_attribute("aria-pressed") == shown
        assert field.get_attribute("type") == kind
    assert complaints(page) == []


def test_a_form_is_sent_once(page: Chrome) -> None:
    look_at(page, SIGN_IN)
    kept = page.execute_script(
        "const form = document.querySelector('form'); let sent = 0;"
        "addEventListener('submit', e => {"
        "  sent += e.defaultPrevented ? 0 : 1; e.preventDefault(); });"
        "form.requestSubmit(); form.requestSubmit(); return sent"
    )
    assert kept == 1


def test_recovery_codes_are_copied_one_a_line(page: Chrome) -> None:
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.execute_cdp_cmd("Browser.grantPermissions", grant)
    look_at(page, ALL)
    pressed(page, "[data-copy=codes]")
    status = page.find_element(By.CSS_SELECTOR, ".codes [role=status]")
    WebDriverWait(page, 5).until(lambda _: status.text == "Copied")
    pasted = page.execute_async_script(
        "const done = arguments[0];"
        "navigator.clipboard.readText().then(done, error => done(String(error)))"
    )
    shown = page.find_elements(By.CSS_SELECTOR, "#codes code")
    assert pasted.split("\n") == [code.text for code in shown]


@pytest.mark.parametrize("native", [True, False])
def test_a_passkey_is_made_and_used(
    page: Chrome,
    native: bool,
) -> None:
    page.add_virtual_authenticator(verifying())
    if not native:
        without = (
            "delete PublicKeyCredential.parseRequestOptionsFromJSON;"
            "delete PublicKeyCredential.parseCreationOptionsFromJSON;"
            "delete PublicKeyCredential.prototype.toJSON"
        )
        page.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": without}
        )
    made = given(page, ALL)
    assert made["response"]["attestationObject"] and made["type"] == "public-key"
    used = given(page, SIGN_IN)
    assert used["id"] == used["rawId"] == made["id"]
    assert used["response"]["signature"] and "=" not in used["response"]["signature"]
    assert used["response"]["userHandle"] == "_-8"
    assert complaints(page) == []


def verifying() -> VirtualAuthenticatorOptions:
    """Return an authenticator that keeps passkeys and knows its user."""
    return VirtualAuthenticatorOptions(
        has_resident_key=True, has_user_verification=True, is_user_verified=True
    )


def given(
    page: Chrome,
    path: str,
) -> Any:
    """Press the passkey button of a page and return what it sent."""
    look_at(page, path)
    pressed(page, "form[data-passkey] button")
    return json.loads(page.find_element(By.ID, "given").text)


def test_a_passkey_that_fails_says_so_and_may_be_tried_again(page: Chrome) -> None:
    page.add_virtual_authenticator(VirtualAuthenticatorOptions(has_resident_key=True))
    look_at(page, SIGN_IN)
    pressed(page, "form[data-passkey] button")
    fault = page.find_element(By.CSS_SELECTOR, "form[data-passkey] [role=alert]")
    WebDriverWait(page, 10).until(lambda _: "did not work" in fault.text)
    button = page.find_element(By.CSS_SELECTOR, "form[data-passkey] button")
    assert button.get_attribute("aria-disabled") == "false"


@pytest.mark.parametrize(
    ("answer", "pressing"), [("used(how)", False), ("waited(how)", True)]
)
def test_a_passkey_is_offered_in_the_address_field(
    page: Chrome,
    answer: str,
    pressing: bool,
) -> None:
    """No driver can choose from a browser's own list: the offer is answered for it."""
    page.add_virtual_authenticator(verifying())
    made = given(page, ALL)
    stub = f"""
        const real = navigator.credentials.get.bind(navigator.credentials);
        const used = ({{mediation, ...how}}) => real(how);
        const waited = ({{signal}}) => new Promise((_, no) => {{
          signal.onabort = () => no(signal.reason);
        }});
        navigator.credentials.get = (how) =>
          how.mediation === "conditional" ? {answer} : real(how);
        PublicKeyCredential.isConditionalMediationAvailable = async () => true;
    """
    page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": stub})
    look_at(page, "/account/gallery/conditional/")
    if pressing:
        pressed(page, "form[data-passkey] button")
    used = json.loads(page.find_element(By.ID, "given").text)
    assert used["id"] == made["id"]


def test_without_a_script_everything_but_passkeys_is_there(page: Chrome) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    look_at(page, ALL)
    hidden = "form[data-passkey], [data-copy], [data-print]"
    for element in page.find_elements(By.CSS_SELECTOR, hidden):
        assert not element.is_displayed()
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
