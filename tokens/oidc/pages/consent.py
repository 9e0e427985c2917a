"""What `/oauth/authorize` asks people, and what it tells them: no page here decides.

Each form posts its `decision` to the visit's own path: `allow` or `deny`, `continue` or
`switch` (to another account).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from config import envelope
from tenants.models import Api, Application
from tokens.oidc import scopes
from tokens.oidc.authorization import Asked
from tokens.pages import visits
from tokens.pages.visits import Visit
from tokens.pages.welcome import Welcome

_WEB = ("https", "http")
_HERE = ("localhost", "127.0.0.1", "::1")


def ask(
    request: HttpRequest,
    visit_id: str,
    visit: Visit,
    asked: Asked,
    user: User,
) -> HttpResponse:
    """Return the page that asks whether an application may have what it wants."""
    target = asked.target
    api = Api.objects.filter(pk=target.api_id).first() if target.api_id else None
    return _drawn(
        request,
        "consent",
        Welcome(visit, asked.application),
        action=visits.path_of(visit_id),
        person=user,
        scopes=scopes.described(target.scope.split(), api),
        links=_links(asked.application),
        place=place_of(asked.back.redirect_uri),
    )


def choose(
    request: HttpRequest,
    visit_id: str,
    visit: Visit,
    application: Application,
    user: User,
) -> HttpResponse:
    """Return the page that asks who goes on (`prompt=select_account`)."""
    action = visits.path_of(visit_id)
    welcome = Welcome(visit, application)
    return _drawn(request, "choose", welcome, action=action, person=user)


def refused(
    request: HttpRequest,
    visit_id: str,
    application: Application,
    told: str,
    status: int,
) -> HttpResponse:
    """Return the page that says why a person may not go on to an application.

    They may go back to it without, or be somebody else.
    """
    action = visits.path_of(visit_id)
    visit = visits.read(request, visit_id) or Visit(application.client_id, {}, "")
    welcome = Welcome(visit, application)
    page = _drawn(request, "refused", welcome, action=action, told=told)
    page.status_code = status
    return page


def failed(
    request: HttpRequest,
    title: str,
    detail: str,
    status: int = 400,
) -> HttpResponse:
    """Return a page for a request that must lead nobody back to its client.

    Who builds the application reads it too (RFC 6749 section 4.1.2.1): say what is wrong,
    and nothing secret.
    """
    shown = {"title": title, "detail": detail}
    return render(request, "oauth/error.html", shown, status=status)


def form_post(
    request: HttpRequest,
    uri: str,
    params: Mapping[str, str],
    origin: str,
) -> HttpResponse:
    """Return the page that posts an answer to a client's redirect URI, at `origin`.

    OAuth 2.0 Form Post Response Mode, section 2. It is kept by nobody.
    """
    shown = {"uri": uri, "params": dict(params)}
    response = render(request, "oauth/form-post.html", shown)
    policy = envelope.page_policy(form_action=origin)
    response["Content-Security-Policy"] = policy
    response["Cache-Control"] = "no-store"
    return response


def place_of(redirect_uri: str) -> str:
    """Return the host that a person goes back to, "" for an app on their device."""
    parts = urlsplit(redirect_uri)
    host = parts.hostname or ""
    return host if parts.scheme in _WEB and host not in _HERE else ""


def _links(application: Application) -> dict[str, str]:
    """Return an application's pages for people; only addresses of the web."""
    pages = {
        "home": application.client_uri,
        "policy": application.policy_uri,
        "terms": application.tos_uri,
    }
    return {k: uri for k, uri in pages.items() if urlsplit(uri).scheme in _WEB}


def _drawn(
    request: HttpRequest,
    name: str,
    welcome: Welcome,
    **shown: Any,
) -> HttpResponse:
    told = {**welcome.context, **shown}
    return welcome.open_way(render(request, f"oauth/{name}.html", told))
