"""What the pages of social sign-in share: which connections, which browser, which answer."""

import secrets
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import limits, lockouts
from config.errors import ServiceError
from social.errors import ProviderUnavailable, ProviderUnknown, UpstreamFault
from social.models import Connection
from social.services import arrivals, attempts
from social.services.attempts import Journey
from tenants import admission
from tenants.models import Application
from tokens.pages import browser, steps, welcome
from tokens.pages.doors import Aim
from tokens.pages.drawing import draw

BROWSER = "social"


def application_of(
    request: HttpRequest,
    onward: str = "",
) -> Application:
    """Return the application that a page leads to: its visit's, or the built-in one."""
    visited = welcome.of(request, onward)
    return visited.application if visited else admission.application_for(None)


def connection_of(
    provider_id: str,
    application: Application,
) -> Connection:
    """Return a connection that an application offers. Raises `ProviderUnknown`."""
    rows = Connection.objects.open_to(application.tenant_id)
    found = rows.filter(provider_id=provider_id).first()
    if found is None:
        raise ProviderUnknown
    return found


def callback_url(provider_id: str) -> str:
    """Return what is registered at a provider: of the issuer, whatever host was asked."""
    path = reverse("account-social-callback", args=[provider_id])
    return f"{settings.ISSUER}{path}"


def browser_of(request: HttpRequest) -> str:
    """Return what ways of this browser are bound to; "" where it began none."""
    found = request.session.get(BROWSER, "")
    return found if isinstance(found, str) else ""


def leave(
    request: HttpRequest,
    connection: Connection,
    aim: Aim,
) -> HttpResponse:
    """Send a browser to a provider. Raises `TooManyRequests`.

    By a page that goes on by itself, not by a redirect: a browser would hold the provider,
    and wherever that leads, against the `form-action` of the page with the button.
    """
    limits.hit("authorizations_ip", lockouts.caller())
    if not browser_of(request):
        request.session[BROWSER] = secrets.token_urlsafe(32)
        steps.expire_soon(request)
    present = browser.standing_of(request)
    journey = Journey(
        aim=aim,
        next=browser.next_of(request),
        tenant_id=str(application_of(request).tenant_id),
        sid=str(present.sid) if present and aim is not Aim.SIGN_IN else "",
    )
    try:
        url = attempts.begin(
            connection,
            journey,
            browser=browser_of(request),
            redirect_uri=callback_url(connection.provider_id),
        )
    except UpstreamFault as fault:
        arrivals.refuse(connection, fault)
        return failed(request, connection, fault, journey)
    except ProviderUnavailable as refusal:
        return failed(request, connection, refusal, journey)
    shown = {"url": url, "provider": connection.name, "back": back(journey)}
    response = render(request, "account/social/leaving.html", shown)
    response["Refresh"] = f"0; url={quote(url, safe=_URL)}"
    return response


_URL = "%/:?#[]@!$&'()*+,;=-._~"


def failed(
    request: HttpRequest,
    connection: Connection,
    refusal: ServiceError,
    journey: Journey,
) -> HttpResponse:
    """Say that a provider vouched for nobody, and offer to try again."""
    return draw(
        request,
        "social/failed",
        refusal,
        onward=journey.next,
        provider=connection.name,
        again=back(journey),
    )


def back(journey: Journey) -> str:
    """Return the page on which a way began."""
    names = {
        Aim.SIGN_IN: "account-login",
        Aim.RENEW: "account-reauthenticate",
        Aim.LINK: "account-security",
    }
    return steps.here(names[journey.aim], journey.next)
