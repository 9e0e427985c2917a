"""The buttons that our pages of signing in show."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from social.models import Connection
from social.pages import ways
from tokens.pages import browser, steps
from tokens.pages.doors import Aim, Offer

_PAGES = {
    Aim.SIGN_IN: "account-social",
    Aim.RENEW: "account-social-renew",
    Aim.LINK: "account-social-link",
}


def offered(
    request: HttpRequest,
    aim: Aim,
) -> Iterable[Offer]:
    """Return an offer for each connection that fits.

    To sign in: what the application offers; where somebody arrived by one and looks for
    their account, everybody's others, as no tenant's may change it. To prove again who one
    is: what one's account is connected to, and everybody may use. To connect: what it is
    not connected to.
    """
    rows = Connection.objects.open_to(ways.application_of(request).tenant_id)
    arrival = steps.arrived(request)
    if aim is Aim.SIGN_IN and arrival is not None:
        rows = rows.filter(tenant=None).exclude(pk=arrival.vouched["connection"])
    if aim is Aim.RENEW:
        rows = rows.filter(tenant=None, identities__user=request.user.pk).distinct()
    if aim is Aim.LINK:
        rows = rows.exclude(identities__user=request.user.pk)
    return [offer(request, connection, aim) for connection in rows]


def offer(
    request: HttpRequest,
    connection: Connection,
    aim: Aim,
) -> Offer:
    """Return the button of a connection, which leads on to the page's `next`."""
    onward = browser.next_of(request)
    query = f"?{urlencode({browser.NEXT: onward})}" if onward else ""
    action = reverse(_PAGES[aim], args=[connection.provider_id]) + query
    return Offer(connection.name, connection.provider, action)
