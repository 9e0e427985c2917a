"""The pages where a device is signed in, in a real browser: fit for everybody."""

from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from accounts.models import User
from tests.browser.entry import ANN, at, heading, log_in, look_at, press
from tests.browser.pages import examine, fill, walk
from tests.factories import PASSWORD
from tests.tokens.oidc.boxes import Box, box
from tokens.oidc.models import DeviceCode

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys", "ann"),
]
PAGE = "/oauth/device"
ASKED = "Sign in to Television on a device?"


@pytest.fixture
def tv() -> Box:
    """A television of a third party, with an API in its own words."""
    web = "https://tv.example"
    return box(
        is_first_party=False,
        client_uri=web,
        policy_uri=f"{web}/privacy",
        tos_uri=f"{web}/terms",
    )


@pytest.mark.spec("RFC 8628 3.3")
def test_a_device_is_let_in_by_its_code(
    page: Chrome,
    ann: User,
    tv: Box,
) -> None:
    given = tv.codes(scope="openid email orders:read offline_access")
    DeviceCode.objects.update(
        ip="203.0.113.77", user_agent="TvBox/2.1 (Linux; Android)"
    )
    log_in(page)
    look_at(page, PAGE)
    assert page.switch_to.active_element.get_attribute("id") == "user_code"
    examine(page, "device")
    assert walk(page)[:2] == ["user_code", "Continue"]
    fill(page, user_code="bbbb bbbb")
    assert page.switch_to.active_element.get_attribute("role") == "alert"
    examine(page, "device-wrong")
    fill(page, user_code=given["user_code"].lower().replace("-", " "))
    assert heading(page) == ASKED
    examine(page, "device-consent")
    order = walk(page)
    assert order[:3] == ["About the application", "Privacy policy", "Terms of service"]
    assert order[3:6] == ["decision", "decision", "decision"]
    press(page, "Allow")
    assert heading(page) == "You can go back to your device"
    examine(page, "device-allowed")
    assert tv.told(given["device_code"]) == "tokens"


@pytest.mark.spec("RFC 8628 5.1")
def test_who_guesses_is_told_when_to_come_back(
    page: Chrome,
    ann: User,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"device_guesses_account": "1/1h"}
    log_in(page)
    look_at(page, PAGE)
    settings.RATE_LIMITS = True
    for _ in range(2):
        fill(page, user_code="BBBB-BBBB")
    assert "Try again in 60 minutes." in page.find_element(By.TAG_NAME, "main").text
    examine(page, "device-limited")


@pytest.mark.spec("RFC 8628 3.3.1")
def test_who_scans_a_link_signs_in_and_finds_the_code_filled_in(
    page: Chrome,
    ann: User,
    tv: Box,
) -> None:
    given = tv.codes(scope="openid")
    look_at(page, f"{PAGE}?user_code={given['user_code']}")
    assert at(page) == "/account/login/"
    fill(page, email=ANN, password=PASSWORD)
    field = page.find_element(By.ID, "user_code")
    assert field.get_attribute("value") == given["user_code"]
    examine(page, "device-filled")
    press(page, "Continue")
    assert heading(page) == ASKED
    again = page.current_url
    press(page, "Refuse")
    assert heading(page) == "The device was refused"
    examine(page, "device-refused")
    page.get(again)
    assert heading(page) == "This request is over"
    examine(page, "device-over")
    assert tv.told(given["device_code"]) == "access_denied"
