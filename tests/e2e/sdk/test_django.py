"""A Django site in a real browser: signing in, and out by a page that posts itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bench.processes import ROOT, Server, free_port
from tests.browser.pages import complaints, emulate, examine, fill, walk
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.sdk.examples import UV, run
from tests.e2e.sdk.play import ANN, API, play

pytestmark = pytest.mark.e2e
CLIENT = ROOT / "clients" / "python"
OPEN = "open to all"  # what the page says to which signing out leads


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The service and a Django site before it; yields the site's address."""
    run(str(UV), "sync", "--locked", "--quiet", folder=CLIENT)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    acted = play(site=address)
    acted["applications"]["web"] |= {
        "redirect_uris": [f"{address}/auth/callback/"],
        "post_logout_redirect_uris": [f"{address}/public/"],
    }
    service = prepared(tmp_path)
    service.perform(acted)
    django = Server(
        name="django",
        command=[str(CLIENT / ".venv/bin/python"), str(CLIENT / "tests/shop.py")],
        environ={"SHOP": json.dumps(_shop(service, port, tmp_path))},
        port=port,
        log=tmp_path / "django.log",
        probe="/public/",
    )
    running = (service.server, django)
    try:
        for server in running:
            server.start()
        yield address
    finally:
        for server in reversed(running):
            if server.process is not None:
                server.stop()


def _shop(
    service: Service,
    port: int,
    folder: Path,
) -> dict[str, object]:
    web = service.cast["web"]
    return {
        "port": port,
        "database": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "shop.sqlite3"),
            "OPTIONS": {"timeout": 20},
        },
        "auth": {
            "ISSUER": service.issuer,
            "AUDIENCE": API,
            "CLIENT_ID": web["client_id"],
            "CLIENT_SECRET": web["client_secret"],
            "POST_LOGOUT_REDIRECT": "/public/",
        },
    }


def press(page: Chrome) -> None:
    """Press the one button that there is."""
    page.find_element(By.TAG_NAME, "button").click()


def reads(
    page: Chrome,
    text: str,
) -> None:
    """Wait until the page says this."""
    WebDriverWait(page, 20, ignored_exceptions=[Exception]).until(
        lambda _: text in page.find_element(By.TAG_NAME, "body").text
    )


def signed_in(
    page: Chrome,
    site: str,
) -> None:
    """Want a guarded page, sign in for it, and go to where one signs out."""
    page.get(f"{site}/orders/")
    fill(page, **ANN)
    reads(page, ANN["email"])
    page.get(f"{site}/leave/")


def test_the_page_that_signs_out_posts_itself_and_leads_back(
    site: str,
    chromium: Chrome,
) -> None:
    signed_in(chromium, site)
    press(chromium)
    reads(chromium, OPEN)
    assert chromium.current_url == f"{site}/public/"
    assert complaints(chromium) == []
    chromium.get(f"{site}/orders/")  # and the issuer asks for the password again
    assert chromium.find_elements(By.NAME, "password")


def test_without_script_the_page_that_signs_out_has_a_button(
    site: str,
    chromium: Chrome,
) -> None:
    signed_in(chromium, site)
    emulate(chromium, "setScriptExecutionDisabled", value=True)
    press(chromium)
    reads(chromium, "Continue")
    assert chromium.current_url == f"{site}/auth/logout/"
    emulate(chromium, "setScriptExecutionDisabled", value=False)
    examine(chromium, "django-signing-out")
    assert walk(chromium) == ["Continue"]
    emulate(chromium, "setScriptExecutionDisabled", value=True)
    press(chromium)
    reads(chromium, OPEN)
    assert chromium.current_url == f"{site}/public/"


def test_what_went_wrong_is_a_page_for_everybody(
    site: str,
    chromium: Chrome,
) -> None:
    chromium.get(f"{site}/auth/callback/?state=of-another-browser")
    reads(chromium, "did not begin in this browser")
    examine(chromium, "django-failed")
    chromium.find_element(By.LINK_TEXT, "Try again").click()
    fill(chromium, **ANN)
    reads(chromium, '"sub"')
    chromium.get(f"{site}/close/")
    reads(chromium, "A permission is missing.")
    examine(chromium, "django-refused")
