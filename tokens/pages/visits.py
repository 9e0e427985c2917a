"""For which application somebody came to our pages: its request waits in their session.

`/oauth/authorize` keeps it while its person signs in, enrols or consents. It survives the
new cookie of a sign-in, and its address is the `next` of every page on the way.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from tokens.pages import browser

KEPT = "visits"
MOST = 8  # tabs that one browser has open at once
SECONDS = 3600
NAME = "visit"


@dataclass(frozen=True)
class Visit:
    """An application's authorization request. `began` is in Unix seconds.

    `returns_to` is what a form on the way may lead to: the origin of the redirect URI, or
    its scheme. `pushed` tells that its client left the request here (RFC 9126), `chosen`
    that the person said it is them, `shown` who was last asked to consent to what, `sent`
    that they were sent to the provider that it names.
    """

    client_id: str
    parameters: dict[str, str]
    returns_to: str
    began: int = field(default_factory=lambda: int(time.time()))
    pushed: bool = False
    chosen: bool = False
    shown: str = ""
    sent: bool = False

    def as_chosen(self) -> "Visit":
        """Return the visit of a person who said who they are."""
        return replace(self, chosen=True)


def keep(
    request: HttpRequest,
    visit: Visit,
    visit_id: str = "",
) -> str:
    """Keep a visit, anew or changed; return its path. The oldest of too many goes."""
    key = visit_id or secrets.token_urlsafe(12)
    others = {name: row for name, row in _kept(request).items() if name != key}
    newest = list(others.items())[-(MOST - 1) :]
    request.session[KEPT] = dict([*newest, (key, asdict(visit))])
    return path_of(key)


def path_of(visit_id: str) -> str:
    """Return where a visit goes on."""
    return f"{reverse('oauth-authorize')}?{urlencode({NAME: visit_id})}"


def id_of(path: str) -> str:
    """Return the id of the visit that a path leads to, or ""."""
    parts = urlsplit(path)
    if parts.path != reverse("oauth-authorize"):
        return ""
    return parse_qs(parts.query).get(NAME, [""])[0]


def read(
    request: HttpRequest,
    visit_id: str,
) -> Visit | None:
    """Return a visit of this browser; None for one that is unknown or over."""
    try:
        visit = Visit(**_kept(request)[visit_id])
    except (KeyError, TypeError):  # also one that another version of this kept
        return None
    return visit if visit.began > time.time() - SECONDS else None


def of(
    request: HttpRequest,
    onward: str = "",
) -> Visit | None:
    """Return the visit that a page is on the way of: `onward`, or the request's `next`."""
    visit_id = id_of(onward or browser.next_of(request))
    return read(request, visit_id) if visit_id else None


def forget(
    request: HttpRequest,
    visit_id: str,
) -> None:
    """Drop a visit: it was answered."""
    request.session[KEPT] = {k: v for k, v in _kept(request).items() if k != visit_id}


def _kept(request: HttpRequest) -> Mapping[str, Any]:
    found = request.session.get(KEPT)
    return found if isinstance(found, dict) else {}
