"""The buttons that our pages of signing in show."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from social.models import Connection
from social.pages import ways
from tokens.pages import browser
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

    To sign in: what the application offers. To prove again who one is: what one's account
    is connected to, and everybody may use.
    """
    rows = Connection.objects.open_to(ways.application_of(request).tenant_id)
    if aim is Aim.RENEW:
        rows = rows.filter(tenant=None, identities__user=request.user.pk).distinct()
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
