"""What the tests of signing in do in a browser: open, press, follow, and come in."""

from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from tenants.models import Application, Tenant
from tests.browser.pages import await_answer, fill
from tests.factories import PASSWORD

ANN, NEW = "ann@example.com", "a quiet walk in the hills"
HOME = "/account/"


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
    within = "//*[self::main or self::aside]"
    pressed = f"*[self::button or self::a][normalize-space()='{text}']"
    found = page.find_element(By.XPATH, f"{within}//{pressed}")
    found.click()
    await_answer(page, found)


def at(page: Chrome) -> str:
    """Return the path of the page that is open, once it is there."""
    return urlsplit(page.current_url).path


def heading(page: Chrome) -> str:
    return page.find_element(By.TAG_NAME, "h1").text


def arrived(page: Chrome) -> bool:
    """Wait until the browser is in: its address changes before the page is there."""
    patient = WebDriverWait(page, 20)
    return patient.until(lambda _: at(page) == HOME and "Sign out" in page.page_source)


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


def secret(page: Chrome) -> str:
    return page.find_element(By.ID, "secret").text.replace(" ", "")
