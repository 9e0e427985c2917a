"""A real chromium. Where none is installed these tests are skipped, and say so; not in CI."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from accounts.models import User
from tests.factories import UserFactory

pytest.register_assert_rewrite("tests.browser.pages")


@pytest.fixture
def chromium() -> Iterator[webdriver.Chrome]:
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        told = "chromium and chromedriver are not installed"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.add_argument("--window-size=1280,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.implicitly_wait(5)
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def page(
    chromium: webdriver.Chrome,
    live_server: Any,
    settings: Any,
) -> webdriver.Chrome:
    """A browser before an instance on `localhost`, which may have passkeys."""
    base = live_server.url.replace("127.0.0.1", "localhost")
    settings.ISSUER, settings.IDENTITY_API = base, f"{base}/api/v1"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.RATE_LIMITS = False
    chromium.base = base  # type: ignore[attr-defined]
    return chromium


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user
