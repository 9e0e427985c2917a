"""The API reference in a real browser, under the strict policy of all pages."""

from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tenants.builtins import ensure_built_ins
from tests.browser.pages import complaints
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_operation_is_tried_out_and_answers(
    chromium: Chrome,
    live_server: Any,
    keys: None,
) -> None:
    ensure_built_ins()
    UserFactory(email="ada@example.com")
    chromium.get(f"{live_server.url}/api/docs")
    block = chromium.find_element(By.CSS_SELECTOR, "[id$='-login']")
    block.find_element(By.CSS_SELECTOR, ".opblock-summary").click()
    body = block.find_element(By.CSS_SELECTOR, "textarea.body-param__text")
    body.clear()
    body.send_keys(f'{{"email": "ada@example.com", "password": "{PASSWORD}"}}')
    block.find_element(By.CSS_SELECTOR, ".execute").click()
    WebDriverWait(chromium, 20).until(
        lambda browser: "access_token"
        in block.find_element(By.CSS_SELECTOR, ".live-responses-table").text
    )
    assert complaints(chromium) == []
