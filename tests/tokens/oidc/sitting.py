"""What somebody does who sits at a browser: press a button, sign in."""

import re
from typing import Any

from django.test import Client

from tests.factories import PASSWORD

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def token_of(page: Any) -> str:
    found = _TOKEN.search(page.content.decode())
    assert found, page.content.decode()
    return found[1]


def decide(
    browser: Client,
    page: Any,
    decision: str,
) -> Any:
    """Press a button of a page of ours."""
    action = re.search(
        r'action="(/oauth/authorize\?visit=[\w-]+)"', page.content.decode()
    )
    assert action, page.content.decode()
    form = {"csrfmiddlewaretoken": token_of(page), "decision": decision}
    return browser.post(action[1], form)


def sign_in(
    browser: Client,
    location: str,
) -> Any:
    """Sign in as Ann at the page that a browser was sent to."""
    page = browser.get(location)
    form = {"email": "ann@example.com", "password": PASSWORD}
    sent = {"csrfmiddlewaretoken": token_of(page), **form}
    return browser.post(location, sent)
