"""What `/oauth/authorize` asks people, and what it tells them: no page here decides.

Each form posts its `decision` to the visit's own path: `allow` or `deny`, `continue` or
`switch` (to another account).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.pages import sentences
from config import envelope
from config.errors import TooManyRequests
from tenants.admission import Target
from tenants.models import Api, Application
from tokens.oidc import scopes
from tokens.oidc.authorization import Return, Unanswerable
from tokens.pages import visits
from tokens.pages.visits import Visit
from tokens.pages.welcome import Welcome

_WEB = ("https", "http")
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Question:
    """Who is asked what: a visit, and what it comes to for the person signed in."""

    visit_id: str
    visit: Visit
    application: Application
    target: Target
    user: User


def ask(
    request: HttpRequest,
    question: Question,
) -> HttpResponse:
    """Return the page that asks whether an application may have what it wants."""
    target = question.target
    api = Api.objects.filter(pk=target.api_id).first() if target.api_id else None
    response = _drawn(
        request,
        "consent",
        question,
        scopes=scopes.described(target.scope.split(), api),
        links=links_of(question.application),
        place=place_of(question.visit),
    )
    response["Cross-Origin-Opener-Policy"] = envelope.ALONE
    return response


def choose(
    request: HttpRequest,
    question: Question,
) -> HttpResponse:
    """Return the page that asks who goes on (`prompt=select_account`)."""
    return _drawn(request, "choose", question)


def refused(
    request: HttpRequest,
    question: Question,
    told: str,
    *,
    status: int,
) -> HttpResponse:
    """Return the page that tells somebody why they may not go on; another person might."""
    response = _drawn(request, "refused", question, told=told)
    response.status_code = status
    return response


def failed(
    request: HttpRequest,
    title: str,
    detail: str,
    status: int = 400,
) -> HttpResponse:
    """Return a page for a request that must lead nobody back to its client.

    It is for those who build the application (RFC 6749 section 4.1.2.1): say what is
    wrong, and nothing secret.
    """
    shown = {"title": title, "detail": detail}
    return render(request, "oauth/error.html", shown, status=status)


def form_post(
    request: HttpRequest,
    uri: str,
    params: Mapping[str, str],
) -> HttpResponse:
    """Return the page that posts an answer to a client's redirect URI.

    OAuth 2.0 Form Post Response Mode, section 2. It is kept by nobody.
    """
    shown = {"uri": uri, "params": dict(params)}
    response = render(request, "oauth/form-post.html", shown)
    policy = envelope.page_policy(form_action=origin_of(uri))
    response["Content-Security-Policy"] = policy
    response["Cache-Control"] = "no-store"
    return response


def answer(
    request: HttpRequest,
    back: Return,
    told: dict[str, str],
) -> HttpResponse:
    """Send the browser to the client, by a redirect or by a form that posts itself."""
    if back.mode == "form_post":
        parameters = back.parameters(told)
        return form_post(request, back.redirect_uri, parameters)
    response = HttpResponse(status=302)
    response["Location"] = back.url(told)
    return response


def unanswerable(
    request: HttpRequest,
    refusal: Unanswerable,
) -> HttpResponse:
    """Return the page for a request that must lead nobody back to its client."""
    detail = refusal.error.get_error_description()
    title = _("This sign-in link does not work.")
    return failed(request, title, detail, 400)


def too_often(
    request: HttpRequest,
    refusal: TooManyRequests,
) -> HttpResponse:
    """Return the page for somebody who has to wait."""
    title = _("This sign-in link does not work.")
    response = failed(request, title, sentences.said(refusal), refusal.status)
    response["Retry-After"] = str(refusal.retry_after)
    return response


def over(request: HttpRequest) -> HttpResponse:
    """Return the page for a visit that was answered, or took too long."""
    title = _("This sign-in is over.")
    told = _("Go back to the application, and begin again.")
    return failed(request, title, told, 400)


def origin_of(uri: str) -> str:
    """Return what a policy calls the place of a redirect URI: its origin, or its scheme."""
    parts = urlsplit(uri)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if parts.scheme in _WEB else f"{parts.scheme}:"


def place_of(visit: Visit) -> str:
    """Return the host that a visit goes back to, "" for an app on the person's device."""
    parts = urlsplit(visit.parameters.get("redirect_uri") or visit.returns_to)
    host = parts.hostname or ""
    return host if parts.scheme in _WEB and host not in _HERE else ""


def links_of(application: Application) -> dict[str, str]:
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
    question: Question,
    **shown: Any,
) -> HttpResponse:
    welcome = Welcome(question.visit, question.application)
    told = {
        **welcome.context,
        "action": visits.path_of(question.visit_id),
        "person": question.user,
        **shown,
    }
    return welcome.open_way(render(request, f"oauth/{name}.html", told))
