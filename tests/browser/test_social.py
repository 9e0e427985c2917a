"""Signing in with another provider in a real browser: from each door, there and back."""

import html
from urllib.parse import parse_qsl, urlsplit

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from accounts.models import User
from social.models import Connection, Identity
from tenants.models import Application
from tests.browser.entry import (
    ANN,
    arrived,
    at,
    heading,
    log_in,
    look_at,
    press,
    tenant,
)
from tests.browser.pages import complaints, examine, fill, walk
from tests.browser.test_consent import Client, client, come
from tests.factories import PASSWORD, ConnectionFactory, TenantFactory
from tests.mailbox import last_mail
from tests.social.conftest import connection, upstream
from tests.social.upstreams import Asking, Upstream
from tests.tokens.oidc.party import CALLBACK, Party, client_application

__all__ = ["client", "connection", "upstream"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]
PAGE = """<!doctype html><html lang="en"><link rel="icon" href="data:,">
<title>Example ID</title><main><h1>Example ID</h1>
<form action="{to}">{fields}<button>Yes</button></form></main></html>"""


def ask(asking: Asking) -> None:
    """Have the provider ask its person in a page of its own."""
    url = f"{asking.upstream.issuer}{asking.path}"
    brought = asking.upstream.authorize(url)
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in brought.items()
    )
    to = dict(parse_qsl(urlsplit(url).query))["redirect_uri"]
    body = PAGE.format(to=html.escape(to), fields=fields).encode()
    asking.send_response(200)
    asking.send_header("Content-Type", "text/html")
    asking.send_header("Content-Length", str(len(body)))
    asking.end_headers()
    asking.wfile.write(body)


@pytest.fixture(autouse=True)
def provider(
    upstream: Upstream,
    connection: Connection,
) -> Upstream:
    """A provider that asks in a page of its own, as all do."""
    upstream.answers["/authorize"] = ask
    tenant(registration="open")
    return upstream


def say_yes(page: Chrome) -> None:
    """Say yes at the provider, once the browser is there."""
    WebDriverWait(page, 20).until(lambda _: at(page) == "/authorize")
    press(page, "Yes")


def travel(
    page: Chrome,
    button: str = "Continue with Example ID",
) -> None:
    """Go to the provider and back."""
    press(page, button)
    say_yes(page)


def told(page: Chrome) -> str:
    return page.find_element(By.TAG_NAME, "main").text


def test_somebody_new_comes_in_by_a_provider(
    page: Chrome,
    provider: Upstream,
) -> None:
    look_at(page, "/account/login/")
    assert "Continue with Example ID" in walk(page)
    examine(page, "social-login")
    travel(page)
    assert arrived(page)
    assert complaints(page) == [], "no policy stood in the way"
    assert Identity.objects.get().user.email == ANN
    look_at(page, "/account/password/change/")
    assert "You have no password" in told(page)
    examine(page, "social-no-password")
    look_at(page, "/account/reauthenticate/?next=/account/")
    examine(page, "social-reauthenticate")
    assert not page.find_elements(By.NAME, "password")
    travel(page)
    assert arrived(page)


def test_each_provider_has_its_picture(page: Chrome) -> None:
    for kind in Connection.Provider:
        ConnectionFactory(provider_id=kind.value, provider=kind, name=kind.label)
    look_at(page, "/account/login/")
    examine(page, "social-many")
    ConnectionFactory(name="Ein sehr langer Name " * 3)
    ConnectionFactory(name="W" * 64)
    look_at(page, "/account/signup/")
    examine(page, "social-many-signup")
    page.find_element(By.CSS_SELECTOR, "footer a[lang=ar]").click()
    examine(page, "social-arabic")
    Connection.objects.exclude(provider__in=["github", "google", "apple"]).delete()
    look_at(page, "/account/login/")
    examine(page, "social-arabic-few")


def test_an_application_gets_its_code_by_a_provider(
    page: Chrome,
    client: Client,
    provider: Upstream,
) -> None:
    owner = TenantFactory(name="Shop Inc.", registration="open")
    shop = client_application(
        tenant=owner,
        name="Shop",
        is_first_party=True,
        redirect_uris=[CALLBACK, client.callback],
    )
    come(page, shop, client.callback)
    press(page, "Continue with Example ID")
    assert "id_token" not in page.current_url
    say_yes(page)
    confirm(page)
    brought = client.answer(page)
    assert set(brought) == {"code", "state", "iss"}
    assert complaints(page) == [], "no policy stood in the way"
    answer = Party(shop).exchange(brought["code"], redirect_uri=client.callback)
    assert answer.status_code == 200 and "access_token" in answer.json()


def confirm(page: Chrome) -> None:
    """Say that it is oneself where the page asks whoever was signed in before."""
    for button in page.find_elements(By.CSS_SELECTOR, "[value=allow], [name=go]"):
        button.click()


def test_a_request_leads_straight_to_the_provider_that_it_names(
    page: Chrome,
    client: Client,
) -> None:
    owner = TenantFactory(registration="open")
    shop: Application = client_application(
        tenant=owner, is_first_party=True, redirect_uris=[client.callback]
    )
    come(page, shop, client.callback, connection="example")
    say_yes(page)
    assert set(client.answer(page)) == {"code", "state", "iss"}
    assert complaints(page) == []


def test_an_account_is_connected_and_disconnected(
    page: Chrome,
    ann: User,
) -> None:
    log_in(page)
    assert arrived(page)
    look_at(page, "/account/2fa/")
    examine(page, "social-security")
    travel(page, "Connect Example ID")
    assert "Example ID is connected." in told(page).replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert Identity.objects.get().user == ann
    assert "Connect Example ID" not in told(page)
    examine(page, "social-security-connected")
    press(page, "Disconnect Example ID")
    examine(page, "social-disconnect")
    press(page, "Disconnect")
    assert not Identity.objects.exists()
    assert complaints(page) == []


def test_the_only_way_in_stays(page: Chrome) -> None:
    look_at(page, "/account/login/")
    travel(page)
    assert arrived(page)
    look_at(page, "/account/2fa/")
    press(page, "Disconnect Example ID")
    press(page, "Disconnect")
    assert "the only way to sign in" in told(page)
    assert "Get a password by mail" in told(page)
    examine(page, "social-last-way")


def test_an_existing_account_is_signed_in_to_first(
    page: Chrome,
    ann: User,
) -> None:
    look_at(page, "/account/login/")
    travel(page)
    assert at(page) == "/account/login/"
    examine(page, "social-arrived")
    fill(page, password=PASSWORD)
    assert arrived(page)
    assert Identity.objects.get().user == ann
    assert complaints(page) == []


def test_whoever_arrived_may_go_on_without(
    page: Chrome,
    ann: User,
) -> None:
    look_at(page, "/account/login/")
    travel(page)
    press(page, "Go on without Example ID")
    assert "There is an account" not in told(page)
    fill(page, email=ANN, password=PASSWORD)
    assert arrived(page)
    assert not Identity.objects.exists()


def test_an_address_is_proven_by_a_mailed_code(
    page: Chrome,
    provider: Upstream,
) -> None:
    provider.person["email_verified"] = False
    look_at(page, "/account/login/")
    travel(page)
    assert at(page) == "/account/connect/address/"
    examine(page, "social-address")
    fill(page, email="new@example.com")
    assert at(page) == "/account/verify/"
    fill(page, code=code_of("new@example.com"))
    assert arrived(page)
    assert Identity.objects.get().user.email == "new@example.com"
    assert complaints(page) == []


def code_of(address: str) -> str:
    """Return the code that was mailed to an address."""
    lines = last_mail(address).text.splitlines()
    return next(line.strip() for line in lines if line.startswith("    "))


def test_a_provider_that_fails_leaves_a_way_on(
    page: Chrome,
    provider: Upstream,
) -> None:
    provider.answers["/token"] = (400, {"error": "invalid_grant"})
    look_at(page, "/account/login/")
    travel(page)
    assert heading(page) == "That did not work"
    examine(page, "social-failed")
    press(page, "Go back")
    assert at(page) == "/account/login/"
    look_at(page, "/account/social/example/callback/?state=x&code=y")
    examine(page, "social-over")


def test_the_page_on_the_way_out(
    page: Chrome,
    provider: Upstream,
) -> None:
    """It leaves by itself: what it looks like is seen with its header taken away."""
    look_at(page, "/account/login/")
    page.execute_script(  # the page alone, without the header that leads on
        "const form = document.querySelector('.offers form');"
        "fetch(form.action, {method: 'POST', body: new FormData(form)})"
        ".then(r => r.text()).then(t => {"
        " const read = new DOMParser().parseFromString(t, 'text/html');"
        " document.documentElement.replaceChildren("
        " ...document.adoptNode(read.documentElement).childNodes) })"
    )
    patient = WebDriverWait(page, 10, ignored_exceptions=[WebDriverException])
    patient.until(lambda _: heading(page) == "On to Example ID")
    examine(page, "social-leaving")


@pytest.mark.parametrize("tag", ["de", "ja", "ar"])
def test_whoever_arrived_reads_it_in_their_language(
    page: Chrome,
    ann: User,
    tag: str,
) -> None:
    look_at(page, "/account/login/")
    travel(page)
    page.find_element(By.CSS_SELECTOR, f"footer a[lang={tag}]").click()
    WebDriverWait(page, 10).until(lambda _: f'<html lang="{tag}"' in page.page_source)
    assert "Example ID" in told(page) and "as before" not in told(page)
    examine(page, f"social-arrived-{tag}")
    fill(page, password=PASSWORD)
    WebDriverWait(page, 20).until(lambda _: at(page) == "/account/")
    look_at(page, "/account/2fa/")
    examine(page, f"social-security-{tag}")
