"""The answer as a form that a browser posts to a client of another site."""

import base64
import hashlib
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.entry import heading, press
from tests.browser.pages import complaints, emulate, fill
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.spec("OAuth 2.0 Form Post Response Mode 2"),
]
VERIFIER = "a-verifier-of-enough-length-0123456789-ABCDEFGH"
Begin = Callable[..., str]


@pytest.fixture
def begin(
    chromium: Chrome,
    service: Service,
    listener: Listener,
) -> Begin:
    """Send the browser to the service as a client of the cast; return the state sent."""

    def go(
        client: str,
        **given: str,
    ) -> str:
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        listener.received.clear()
        asked = {
            "client_id": service.cast[client]["client_id"],
            "response_type": "code",
            "response_mode": "form_post",
            "redirect_uri": f"{listener.origin}/callback",
            "scope": "openid email",
            "state": f'<the> {client}\'s & "state"',
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **given,
        }
        chromium.get(service.url(f"/oauth/authorize?{urlencode(asked)}"))
        return asked["state"]

    return go


def arrived(
    browser: Chrome,
    listener: Listener,
) -> dict[str, str]:
    """Return the fields that the client was posted; the browser refused nothing."""
    one = listener.wait_for("/callback")
    WebDriverWait(browser, 20).until(lambda _: heading(browser) == "Arrived")
    assert (one.method, one.query) == ("POST", {})
    assert complaints(browser) == []
    return one.form


def test_with_a_sign_in_on_the_way(
    chromium: Chrome,
    service: Service,
    listener: Listener,
    begin: Begin,
) -> None:
    state = begin("own")
    fill(chromium, **service.cast["cho"])
    form = arrived(chromium, listener)
    assert form["state"] == state
    assert form["iss"] == service.issuer
    assert form["code"]


@pytest.mark.parametrize(("button", "told"), [("Allow", "code"), ("Cancel", "error")])
def test_with_a_consent_on_the_way(
    chromium: Chrome,
    service: Service,
    listener: Listener,
    begin: Begin,
    button: str,
    told: str,
) -> None:
    begin("web", prompt="consent")
    fill(chromium, **service.cast["cho"])
    press(chromium, button)
    form = arrived(chromium, listener)
    assert form["iss"] == service.issuer
    assert form[told]


def test_an_error_that_nobody_is_asked_about_is_posted_too(
    chromium: Chrome,
    listener: Listener,
    begin: Begin,
) -> None:
    begin("web", prompt="none")
    assert arrived(chromium, listener)["error"] == "login_required"


def test_without_script_there_is_a_button(
    chromium: Chrome,
    service: Service,
    listener: Listener,
    begin: Begin,
) -> None:
    emulate(chromium, "setScriptExecutionDisabled", value=True)
    state = begin("web", prompt="consent")
    fill(chromium, **service.cast["dee"])
    press(chromium, "Allow")
    assert heading(chromium) == "Back to the application"
    assert [one for one in listener.received if one.path == "/callback"] == []
    press(chromium, "Continue")
    form = arrived(chromium, listener)
    assert form["state"] == state
    assert form["code"]


def test_an_answer_in_the_address_after_a_consent(
    chromium: Chrome,
    service: Service,
    listener: Listener,
    begin: Begin,
) -> None:
    """The redirect after a POST of ours to another site, which CSP has to allow."""
    begin("web", prompt="consent", response_mode="query")
    fill(chromium, **service.cast["dee"])
    press(chromium, "Allow")
    one = listener.wait_for("/callback")
    assert one.method == "GET"
    assert one.query["code"]
    assert complaints(chromium) == []
