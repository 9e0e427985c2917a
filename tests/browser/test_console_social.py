"""The console's section about connections in a real browser, under its policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from social.models import Connection
from social.upstream import discovery
from tests.browser.pages import (
    Look,
    await_answer,
    complaints,
    looked_at,
    overflow,
    screenshot,
)
from tests.browser.test_console import console, look_at  # noqa: F401
from tests.factories import ConnectionFactory, IdentityFactory
from tests.social import upstreams
from tests.social.upstreams import Upstream
from tokens.oidc import client_keys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/social/connection/add/"
LOOKS = (
    Look("light"),
    Look("dark", scheme="dark"),
    Look("narrow", width=360),
    Look("narrow-dark", width=360, scheme="dark"),
)
_THEMES = {"light": "light", "dark": "dark"}


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    discovery.forget()
    client_keys.forget()
    with upstreams.serving() as provider:
        yield provider


def examine(
    browser: Chrome,
    name: str,
) -> None:
    """Assert that the page open now fits and can be read in each look; keep pictures."""
    for look in LOOKS:
        browser.execute_script(
            "document.documentElement.classList.toggle('dark', arguments[0])",
            look.scheme == "dark",
        )
        with looked_at(browser, look):
            screenshot(browser, f"console-{name}-{look.name}")
            assert overflow(browser) <= 0, look
    assert complaints(browser) == []


def pasted(browser: Chrome) -> str:
    """Return what is in the clipboard."""
    found: str = browser.execute_async_script(
        "const done = arguments[0];"
        "navigator.clipboard.readText().then(done, error => done(String(error)))"
    )
    return found


def seen(browser: Chrome) -> set[str]:
    """Return which of the fields are shown that some providers do not know."""
    names = ("issuer", "team_id", "key_id", "given_secret", "private_key")
    fields = {name: browser.find_element(By.NAME, name) for name in names}
    return {name for name, field in fields.items() if field.is_displayed()}


def submit(browser: Chrome) -> None:
    """Send the form of the page, and wait for the answer."""
    button = browser.find_element(
        By.CSS_SELECTOR, "[name=_save], .console-card form [type=submit]"
    )
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    await_answer(browser, button)


def copied(browser: Chrome) -> str:
    """Take the copy button of the callback URL; return what it copied."""
    button = browser.find_element(By.CSS_SELECTOR, "[data-copy=console-callback]")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    WebDriverWait(browser, 5).until(lambda b: button.text == "Copied")
    return pasted(browser)


def test_a_connection_is_added_and_its_callback_url_copied(
    console: Chrome,  # noqa: F811
    upstream: Upstream,
    settings: Any,
) -> None:
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    console.execute_cdp_cmd("Browser.grantPermissions", grant)
    look_at(console, ADD)
    url = f"{settings.ISSUER}/account/social/acme/callback/"
    callback = console.find_element(By.ID, "console-callback")
    assert callback.get_attribute("value") == url.replace("acme", "ID")
    for name, value in [
        ("provider_id", "acme"),
        ("name", "Acme ID"),
        ("client_id", upstream.client_id),
        ("given_secret", upstream.client_secret),
        ("issuer", upstream.issuer),
    ]:
        console.find_element(By.NAME, name).send_keys(value)
    Select(console.find_element(By.NAME, "provider")).select_by_value("oidc")
    assert callback.get_attribute("value") == url
    assert copied(console) == url
    submit(console)
    made = Connection.objects.get()
    assert console.current_url.endswith(f"/connection/{made.pk}/change/")
    assert copied(console) == url
    assert upstream.client_secret not in console.page_source
    assert complaints(console) == []


def test_a_connection_is_tested_and_suspended(
    console: Chrome,  # noqa: F811
    upstream: Upstream,
) -> None:
    made = ConnectionFactory(provider_id="acme", issuer=upstream.issuer)
    look_at(console, f"/admin/social/connection/{made.pk}/change/")
    console.find_element(By.LINK_TEXT, "Test connection").click()
    submit(console)
    found = console.find_elements(By.CSS_SELECTOR, ".console-findings strong")
    assert [element.text for element in found] == [
        "Discovery: works",
        "Keys: works",
        "Client: works",
    ]
    upstream.client_secret = "another"
    submit(console)
    assert "Client: does not work" in console.page_source
    examine(console, "findings")
    look_at(console, f"/admin/social/connection/{made.pk}/change/")
    console.find_element(By.LINK_TEXT, "Suspend").click()
    submit(console)
    made.refresh_from_db()
    assert made.suspended_at
    assert complaints(console) == []


def test_the_page_that_adds_one_shows_what_the_provider_knows(
    console: Chrome,  # noqa: F811
) -> None:
    look_at(console, ADD)
    examine(console, "connection-add")
    provider = Select(console.find_element(By.NAME, "provider"))
    for chosen, fields in [
        ("github", {"given_secret", "issuer"}),
        ("google", {"given_secret"}),
        ("apple", {"team_id", "key_id", "private_key"}),
        ("oidc", {"given_secret", "issuer"}),
    ]:
        provider.select_by_value(chosen)
        assert seen(console) == fields, chosen
        places = console.find_elements(By.CSS_SELECTOR, ".console-places > div")
        shown = [p.get_attribute("data-provider") for p in places if p.is_displayed()]
        assert shown == [chosen]
    provider.select_by_value("apple")
    examine(console, "connection-add-apple")


def test_its_page_and_the_lists_fit_every_screen(
    console: Chrome,  # noqa: F811
) -> None:
    made = ConnectionFactory(name="Acme ID", provider_id="acme-" + "x" * 59)
    known = IdentityFactory(connection=made, subject="s" * 120, email="a@example.com")
    ConnectionFactory(provider="apple", client_secret="")
    for name, path in [
        ("connection", f"connection/{made.pk}/change/"),
        ("connection-delete", f"connection/{made.pk}/delete-connection/"),
        ("connections", "connection/"),
        ("identity", f"identity/{known.pk}/change/"),
        ("identities", "identity/"),
    ]:
        look_at(console, f"/admin/social/{path}")
        examine(console, name)
