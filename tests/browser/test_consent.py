"""The pages of `/oauth/authorize` in a real browser, and the way back to another origin."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from typing_extensions import override

from accounts.models import User
from tenants.models import Application
from tests.browser.entry import ANN, heading, look_at, press, tenant
from tests.browser.pages import await_answer, complaints, examine, fill, walk
from tests.factories import PASSWORD, ApiFactory, TenantFactory
from tests.tokens.oidc.party import CALLBACK, Party, client_application
from tests.tokens.oidc.third import consented
from tokens.oidc.models import Consent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]
ALL = "openid profile email orders:read offline_access"


class Client:
    """A relying party at an origin of its own, which notes what browsers bring."""

    def __init__(self) -> None:
        brought: list[tuple[str, dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                brought.append(("GET", dict(parse_qsl(urlsplit(self.path).query))))
                self._thank()

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                brought.append(
                    ("POST", dict(parse_qsl(self.rfile.read(size).decode())))
                )
                self._thank()

            def _thank(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>Shop</title><h1>Back</h1>")

            @override
            def log_message(self, *told: Any) -> None:
                """Say nothing."""

        self.brought = brought
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.callback = f"http://127.0.0.1:{self.server.server_port}/callback"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(
        self,
        page: Chrome,
        method: str = "GET",
    ) -> dict[str, str]:
        """Return what the browser brings here next."""
        patient = WebDriverWait(page, 10)
        patient.until(lambda _: any("iss" in given for _, given in self.brought))
        found = next(row for row in self.brought if "iss" in row[1])
        self.brought.clear()
        assert found[0] == method
        return found[1]


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def shop(client: Client) -> Application:
    """A third party's application, in an open tenant with an API."""
    owner = TenantFactory(name="Shop Inc.", registration="open")
    made = client_application(
        tenant=owner,
        name="Shop & Friends",
        is_first_party=False,
        scopes=["orders:read"],
        redirect_uris=[CALLBACK, client.callback],
        client_uri="https://shop.example",
        policy_uri="https://shop.example/privacy",
        tos_uri="https://shop.example/terms",
    )
    scopes = [{"name": "orders:read", "description": "See what you ordered"}]
    made.apis.add(ApiFactory(tenant=owner, name="Orders", scopes=scopes))
    return made


def come(
    page: Chrome,
    shop: Application,
    callback: str,
    **given: str,
) -> None:
    """Come for the application."""
    request = Party(shop).request(redirect_uri=callback, **given)
    look_at(page, f"/oauth/authorize?{urlencode(request)}")


def test_the_way_to_an_application(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    tenant(registration="open")
    come(page, shop, client.callback, scope=ALL, login_hint=ANN)
    told = page.find_element(By.CLASS_NAME, "visit").text
    assert told == "to continue to Shop & Friends"
    assert page.switch_to.active_element.get_attribute("id") == "password"
    examine(page, "visit-login")
    press(page, "Forgot your password?")
    examine(page, "visit-reset")
    come(page, shop, client.callback, scope=ALL, login_hint=ANN)
    fill(page, password=PASSWORD)
    assert heading(page) == "Shop & Friends asks for access"
    examine(page, "consent-device")
    button = page.find_element(By.CSS_SELECTOR, "[value=allow]")
    button.click()
    await_answer(page, button)
    assert set(client.answer(page)) == {"code", "state", "iss"}
    assert complaints(page) == [], "no policy stood in the way"
    come(page, shop, client.callback, scope=ALL)
    assert "code" in client.answer(page), "nobody is asked twice"


def test_signing_in_leads_straight_to_another_origin(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    Application.objects.filter(pk=shop.pk).update(is_first_party=True)
    come(page, shop, client.callback)
    fill(page, email=ANN, password=PASSWORD)
    assert "code" in client.answer(page)
    assert complaints(page) == []


def test_the_consent_is_fit_for_everybody_and_can_be_refused(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    come(page, shop, CALLBACK, scope=ALL)
    fill(page, email=ANN, password=PASSWORD)
    assert "app.example.com" in page.page_source
    examine(page, "consent")
    order = walk(page)
    assert [name for name in order if name == "decision"] == ["decision"] * 3
    come(page, shop, client.callback, scope=ALL)
    press(page, "Cancel")
    assert client.answer(page)["error"] == "access_denied"
    assert not Consent.objects.exists()


def test_somebody_else_may_go_on(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    come(page, shop, client.callback)
    fill(page, email=ANN, password=PASSWORD)
    come(page, shop, client.callback, prompt="select_account")
    assert heading(page) == "Choose an account"
    examine(page, "choose")
    press(page, "Use another account")
    assert heading(page) == "Sign in"
    fill(page, email=ANN, password=PASSWORD)
    press(page, "Allow")
    assert "code" in client.answer(page)


@pytest.mark.spec("OAuth 2.0 Form Post Response Mode 2")
def test_an_answer_is_posted_by_itself(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    come(page, shop, client.callback, response_mode="form_post", state="ü & <x>")
    fill(page, email=ANN, password=PASSWORD)
    press(page, "Allow")
    assert client.answer(page, "POST")["state"] == "ü & <x>"
    assert complaints(page) == []


@pytest.mark.spec("OAuth 2.0 Form Post Response Mode 2")
def test_an_answer_is_posted_by_a_button_where_no_script_runs(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    come(page, shop, client.callback)
    fill(page, email=ANN, password=PASSWORD)
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    come(page, shop, client.callback, response_mode="form_post")
    page.find_element(By.CSS_SELECTOR, "[value=allow]").click()
    WebDriverWait(page, 10).until(lambda _: "data-send" in page.page_source)
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    examine(page, "form-post")
    page.find_element(By.CSS_SELECTOR, "form[data-send] button").click()
    assert "code" in client.answer(page, "POST")


def test_who_is_not_let_in_is_told(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    type(shop.tenant).objects.filter(pk=shop.tenant_id).update(registration="invite")
    come(page, shop, client.callback)
    fill(page, email=ANN, password=PASSWORD)
    assert heading(page) == "You cannot go on"
    examine(page, "refused")
    press(page, "Cancel")
    assert client.answer(page)["error"] == "access_denied"


def test_who_has_no_proven_address_proves_it_on_the_way(
    page: Chrome,
    ann: User,
    shop: Application,
    client: Client,
) -> None:
    EmailAddress.objects.filter(user=ann).update(verified=False)
    type(shop.tenant).objects.filter(pk=shop.tenant_id).update(
        verification_required=True
    )
    come(page, shop, client.callback)
    fill(page, email=ANN, password=PASSWORD)
    assert heading(page) == "Verify your address first"
    examine(page, "verify-first")
    press(page, "Mail the link")
    examine(page, "verify-first-sent")
    press(page, "Continue")
    assert heading(page) == "Verify your address first"
    EmailAddress.objects.filter(user=ann).update(verified=True)
    press(page, "Continue")
    assert "asks for access" in heading(page)


def test_a_fault_is_told(
    page: Chrome,
    shop: Application,
) -> None:
    come(page, shop, "https://elsewhere.example/callback")
    examine(page, "authorize-error")
    assert "redirect_uri" in page.find_element(By.TAG_NAME, "main").text


def test_the_applications_of_an_account(
    page: Chrome,
    ann: User,
    shop: Application,
) -> None:
    look_at(page, "/account/login/?next=/account/applications/")
    fill(page, email=ANN, password=PASSWORD)
    examine(page, "applications-none")
    consented(ann, shop, ALL)
    consented(ann, client_application(name="Ledger", is_first_party=False))
    look_at(page, "/account/applications/")
    examine(page, "applications")
    before = page.find_elements(By.CSS_SELECTOR, ".rows button")
    before[0].click()
    await_answer(page, before[0])
    assert len(page.find_elements(By.CSS_SELECTOR, ".rows button")) == 1
    assert "Ledger has no access to your account any more." in page.page_source


@pytest.mark.parametrize("language", ["de", "ar"])
def test_it_is_asked_in_the_persons_language(
    page: Chrome,
    ann: User,
    shop: Application,
    language: str,
) -> None:
    come(page, shop, CALLBACK, scope=ALL, ui_locales=language)
    fill(page, email=ANN, password=PASSWORD)
    assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    examine(page, f"consent-{language}")
