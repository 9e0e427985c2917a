"""A browser's way to a provider and back."""

import html
import re
from typing import Any

from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser

_LINK = re.compile(r'<a class="button" href="([^"]+)"')


def leave(
    browser: Browser,
    provider_id: str = "example",
    path: str = "",
    query: str = "",
) -> str:
    """Take a provider's button; return the URL at the provider."""
    answer = browser.post(f"/account/social/{provider_id}/{path}{query}")
    assert answer.status_code == 200, (answer.status_code, answer.content)
    found = _LINK.search(answer.content.decode())
    assert found, answer.content
    url = html.unescape(found[1])
    assert answer["Refresh"].startswith("0; url=")
    return url


def come_back(
    browser: Browser,
    answer: dict[str, str],
    provider_id: str = "example",
) -> Any:
    """Bring a provider's answer back."""
    return browser.get(f"/account/social/{provider_id}/callback/", **answer)


def travel(
    browser: Browser,
    upstream: Upstream,
    provider_id: str = "example",
    path: str = "",
    query: str = "",
) -> Any:
    """Go to a provider, say yes there, and come back; return our answer."""
    url = leave(browser, provider_id, path, query)
    return come_back(browser, upstream.authorize(url), provider_id)
