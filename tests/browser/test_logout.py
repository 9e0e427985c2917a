"""Signing out by a client's wish, in a real browser: it leads to another origin."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from typing_extensions import override

from accounts.models import User
from tests.browser.entry import arrived, heading, log_in, look_at, press
from tests.browser.pages import complaints, examine, walk
from tests.tokens.oidc.leaving import leaving_party
from tests.tokens.oidc.party import Party
from tokens.models import Login, Session

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]


class Elsewhere(BaseHTTPRequestHandler):
    """An application's site: a page to leave from, and one to come back to."""

    posts_to = ""

    def do_GET(self) -> None:
        """Say where the browser is; `/leave` has a form that posts its query to us."""
        _, _, query = self.path.partition("?")
        form = f"<form method=post action='{self.posts_to}'>"
        form += "".join(
            f"<input type=hidden name={name} value='{value}'>"
            for name, _, value in (each.partition("=") for each in query.split("&"))
        )
        button = f"{form}<button id=leave>Sign out</button></form>"
        shown = button if self.path.startswith("/leave") else "<h1>Bye</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>Shop</title>{shown}".encode())

    @override
    def log_message(
        self,
        format: str,
        *args: object,
    ) -> None:
        """Stay silent."""


@pytest.fixture
def site(page: Chrome) -> Iterator[str]:
    """Return the origin of another site."""
    Elsewhere.posts_to = f"{page.base}/oauth/logout"  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def party(site: str) -> Party:
    return leaving_party(name="Shop", post_logout_redirect_uris=[f"{site}/bye"])


def leave(
    page: Chrome,
    **given: str,
) -> None:
    look_at(page, f"/oauth/logout?{urlencode(given)}")


def said_bye(
    page: Chrome,
    site: str,
) -> bool:
    """Wait until the browser is back at the application."""
    patient = WebDriverWait(page, 10)
    return patient.until(lambda _: page.current_url == f"{site}/bye?state=s")


def test_who_confirms_is_led_to_another_origin(
    page: Chrome,
    site: str,
    party: Party,
    ann: User,
) -> None:
    log_in(page)
    assert arrived(page)
    asked = {"post_logout_redirect_uri": f"{site}/bye", "state": "s"}
    leave(page, client_id=party.application.client_id, **asked)
    assert heading(page).startswith("Sign out of")
    examine(page, "oauth-logout")
    assert walk(page)[:2] == ["Sign out", "Stay signed in"]
    press(page, "Sign out")
    assert said_bye(page, site) and complaints(page) == []
    assert Login.objects.get(user=ann).revoked_at is not None


def test_a_form_of_another_site_finds_who_is_signed_in(
    page: Chrome,
    site: str,
    party: Party,
    ann: User,
) -> None:
    log_in(page)
    assert arrived(page)
    query = {"client_id": party.application.client_id, "state": "s"}
    page.get(f"{site}/leave?{urlencode(query)}")
    page.find_element(By.ID, "leave").click()
    WebDriverWait(page, 10).until(lambda _: "asks to sign you out" in page.page_source)
    press(page, "Stay signed in")
    assert arrived(page) and Session.objects.live().count() == 1
    leave(page, client_id=party.application.client_id)
    press(page, "Sign out")
    assert heading(page) == "You are signed out"
    examine(page, "oauth-signed-out")
    leave(page, post_logout_redirect_uri=f"{site}/bye")
    examine(page, "oauth-logout-refused")
