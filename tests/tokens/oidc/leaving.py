"""What the tests of signing out by a client's wish send, and see."""

import re
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from accounts.models import User
from tests.tokens.oidc.party import Party, client_application
from tests.tokens.pages.browsers import Browser, session_at
from tokens.models import Login

LOGOUT = "/oauth/logout"
FORM = "application/x-www-form-urlencoded"
BYE = "https://app.example.com/bye"
_KEPT = re.compile(r'name="asked" value="([^"]+)"')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def leaving_party(**traits: Any) -> Party:
    """Return a client that may send people on to `BYE`."""
    traits.setdefault("post_logout_redirect_uris", [BYE])
    return Party(client_application(**traits))


def came_in(user: User) -> Client:
    """Return a browser that checks CSRF, in which somebody has just signed in."""
    return Browser(session_at(user)).client


def hint_of(
    party: Party,
    browser: Client,
) -> str:
    """Return the ID token that a client got for who sits at a browser."""
    token: str = party.tokens(browser, prompt=None)["id_token"]
    return token


def go(
    browser: Client,
    **given: str | None,
) -> Any:
    """Send a browser to sign out, as a link or a redirect does; None leaves one out."""
    query = urlencode({k: v for k, v in given.items() if v is not None})
    return browser.get(f"{LOGOUT}?{query}" if query else LOGOUT)


def posted(
    browser: Client,
    **given: str,
) -> Any:
    """Send a browser to sign out by a form of some site: the cookie is not sent along."""
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(LOGOUT, urlencode(given), content_type=FORM)
    assert not answer.cookies, "it would sign the browser out"
    return browser.get(answer["Location"]) if answer.status_code == 303 else answer


def asks(answer: Any) -> bool:
    """Tell whether a page asks before it does anything."""
    return answer.status_code == 200 and bool(_KEPT.search(text(answer)))


def confirm(
    browser: Client,
    asking: Any,
    **changed: str,
) -> Any:
    """Press the button of the page that asks."""
    kept, token = _KEPT.search(text(asking)), _TOKEN.search(text(asking))
    assert kept and token, text(asking)
    form = {"asked": kept[1], "csrfmiddlewaretoken": token[1], **changed}
    return browser.post(LOGOUT, urlencode(form), content_type=FORM)


def is_in(user: User) -> bool:
    """Tell whether all logins of somebody stand."""
    return not Login.objects.filter(user=user).exclude(revoked_at=None).exists()


def text(answer: Any) -> str:
    """Return a page's HTML."""
    return str(answer.content.decode())
