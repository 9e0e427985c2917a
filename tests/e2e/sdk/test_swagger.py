"""Somebody signs in by the Authorize button of FastAPI's Swagger page, and calls an operation."""

import json
from collections.abc import Iterator
from pathlib import Path

import drf_spectacular_sidecar
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from bench.processes import Server
from tests.browser.pages import complaints
from tests.e2e.oidc.service import Service
from tests.e2e.sdk.examples import served
from tests.e2e.sdk.play import ANN, API

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
SECONDS = 20
SIDECAR = Path(drf_spectacular_sidecar.__file__).parent / "static"
BUNDLE = SIDECAR / "drf_spectacular_sidecar" / "swagger-ui-dist"
# The example as it is; only its Swagger page reads nothing from another host.
DOCS = """
import os
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from main import app, auth

auth.docs_client_id = os.environ["DOCS_CLIENT_ID"]
app.mount("/swagger", StaticFiles(directory=os.environ["BUNDLE"]))
get_swagger_ui_html.__kwdefaults__.update(
    swagger_js_url="/swagger/swagger-ui-bundle.js",
    swagger_css_url="/swagger/swagger-ui.css",
    swagger_favicon_url="/swagger/favicon-32x32.png",
)
"""


@pytest.fixture
def orders(
    service: Service,
    tmp_path: Path,
) -> Iterator[str]:
    """Where the example listens; its page is a public application of the service."""
    server: Server = served("fastapi-orders", service.issuer, tmp_path)
    origin = f"http://127.0.0.1:{server.port}"
    (tmp_path / "docs.py").write_text(DOCS)
    made = service.manage(
        *["create-application", "--tenant", "shop", "--name", "Orders' documentation"],
        *["--type", "spa", "--first-party", "--audience", API, "--origin", origin],
        *["--redirect-uri", f"{origin}/docs/oauth2-redirect"],
    )
    server.command = [part.replace("main:app", "docs:app") for part in server.command]
    server.environ |= {
        "BUNDLE": str(BUNDLE),
        "DOCS_CLIENT_ID": made["client_id"],
        "PYTHONPATH": str(tmp_path),
    }
    server.start()
    try:
        yield origin
    finally:
        server.stop()


def one(
    page: Chrome,
    selector: str,
) -> WebElement:
    """Wait until what this selects can be clicked; return it."""
    patient = WebDriverWait(page, SECONDS)

    def ready(_: Chrome) -> WebElement | None:
        found = page.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found and found[0].is_displayed() else None

    element = patient.until(ready, message=selector)
    assert element
    return element


def authorize(
    page: Chrome,
    scopes: list[str],
) -> None:
    """Press Authorize, choose scopes, and sign in in the window that opens."""
    one(page, ".auth-wrapper .authorize").click()
    for scope in scopes:
        one(page, f".modal-ux label[for^='{scope}-'] .item").click()
    own = page.current_window_handle
    sign_in = ".auth-container:has(.scopes) button.authorize"
    one(page, sign_in).click()
    patient = WebDriverWait(page, SECONDS)
    patient.until(lambda _: len(page.window_handles) == 2)
    [popup] = set(page.window_handles) - {own}
    page.switch_to.window(popup)
    for name, value in ANN.items():
        page.find_element(By.NAME, name).send_keys(value)
    page.find_element(By.NAME, "password").submit()
    patient.until(lambda _: page.window_handles == [own])
    page.switch_to.window(own)
    one(page, "button[aria-label='Remove authorization']")
    one(page, ".modal-ux .close-modal").click()


def execute(page: Chrome) -> tuple[str, dict[str, object]]:
    """Call the only operation; return its status and the document that it answered."""
    one(page, ".opblock-summary-control").click()
    one(page, ".try-out__btn").click()
    one(page, ".execute").click()
    live = ".live-responses-table .response"
    status = one(page, f"{live} .response-col_status").text
    body = one(page, f"{live} .highlight-code code").text
    return status, json.loads(body)


def test_the_authorize_button_signs_in_and_execute_sends_the_token(
    chromium: Chrome,
    orders: str,
) -> None:
    chromium.get(f"{orders}/docs")
    authorize(chromium, ["orders:read"])
    status, told = execute(chromium)
    assert status == "200"
    assert told["sub"] and told["can_write"] is False
    assert complaints(chromium) == []


def test_without_signing_in_execute_shows_the_refusal(
    chromium: Chrome,
    orders: str,
) -> None:
    chromium.get(f"{orders}/docs")
    status, told = execute(chromium)
    assert status.split()[0] == "401"
    assert told["code"] == "token_missing"
