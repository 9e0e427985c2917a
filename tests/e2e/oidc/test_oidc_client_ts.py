"""oidc-client-ts in a browser, in a page of another site than the service."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.entry import press
from tests.browser.pages import complaints, fill
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.node import FOLDER
from tests.e2e.oidc.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
LIBRARY = FOLDER / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
_CALL = """
const done = arguments[arguments.length - 1];
window.manager[arguments[0]]().then(
  user => done({user: user && {...user, profile: user.profile}}),
  error => done({error: error.error || error.message}),
);
"""


@pytest.fixture
def app(
    chromium: Chrome,
    service: Service,
    listener: Listener,
) -> Iterator[Chrome]:
    """The application, open in a browser in which nobody is signed in."""
    settings = {
        "issuer": service.issuer,
        "client_id": service.cast["page"]["client_id"],
        "scope": "openid profile email offline_access",
    }
    assert LIBRARY.exists(), "run: npm ci --prefix tests/e2e/oidc"
    listener.files = {
        "/page.html": FOLDER / "parties/page.html",
        "/page.js": FOLDER / "parties/page.js",
        "/oidc-client-ts.min.js": LIBRARY,
        "/settings.json": json.dumps(settings).encode(),
    }
    chromium.get(f"{listener.origin}/page.html")
    shows(chromium, "Ready")
    yield chromium
    listener.files = {}


def shows(
    app: Chrome,
    state: str,
) -> str:
    """Wait until the application shows a state; return what it tells of it."""

    def shown(_: Chrome) -> bool:
        found = app.find_elements(By.ID, "state")
        return bool(found) and found[0].text == state

    stale = [StaleElementReferenceException]  # the page went while it was read
    patient = WebDriverWait(app, 20, ignored_exceptions=stale)
    patient.until(shown, message=app.page_source)
    return app.find_element(By.ID, "told").text


def call(
    app: Chrome,
    method: str,
) -> dict[str, Any]:
    """Call a method of the library; return the user or the error that it ends with."""
    answer: dict[str, Any] = app.execute_async_script(_CALL, method)
    return answer


def sign_in(
    app: Chrome,
    service: Service,
    name: str,
) -> None:
    """Begin in the application, and go through the pages of the service."""
    app.execute_script("manager.signinRedirect()")
    WebDriverWait(app, 20).until(lambda _: app.current_url.startswith(service.issuer))
    fill(app, **service.cast[name])


@pytest.mark.spec("OIDC Core 3.1")
@pytest.mark.spec("OIDC RP-Initiated Logout 2")
def test_somebody_signs_in_stays_and_signs_out(
    app: Chrome,
    service: Service,
) -> None:
    sign_in(app, service, "bob")
    press(app, "Allow")
    assert shows(app, "Signed in") == service.cast["bob"]["email"]
    before = call(app, "getUser")["user"]
    renewed = call(app, "signinSilent")["user"]
    assert renewed["access_token"] != before["access_token"]
    assert renewed["refresh_token"] != before["refresh_token"]
    assert renewed["profile"]["sub"] == before["profile"]["sub"]
    assert complaints(app) == []
    app.execute_script("manager.signoutRedirect({state: 'bye'})")
    shows(app, "Signed out")
    sign_in(app, service, "bob")  # our own session ended too, the consent is remembered
    assert shows(app, "Signed in") == service.cast["bob"]["email"]


@pytest.mark.spec("RFC 6749 4.1.2.1")
def test_who_refuses_comes_back_too(
    app: Chrome,
    service: Service,
) -> None:
    sign_in(app, service, "cho")
    press(app, "Cancel")
    assert shows(app, "Failed").startswith("ErrorResponse: ")
    assert complaints(app) == []


def test_a_page_of_an_unknown_origin_reads_nothing(
    app: Chrome,
    service: Service,
    listener: Listener,
) -> None:
    stranger = listener.origin.replace("localhost", "127.0.0.1")
    app.get(f"{stranger}/nothing.html")
    refused = app.execute_async_script(
        "fetch(arguments[0], {method: 'POST', body: new URLSearchParams()})"
        ".then(() => arguments[1]('read'), () => arguments[1]('refused'))",
        service.url("/oauth/token"),
    )
    assert refused == "refused"
