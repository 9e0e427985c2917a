"""Going to a provider: to sign in, to prove again who one is, or to connect an account.

A POST of our own form each time: no other site sends anybody.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from social.errors import ProviderUnknown
from social.pages import ways
from tokens.pages import browser
from tokens.pages.doors import Aim


@require_POST
@never_cache
def sign_in(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse:
    """Go to a provider that the application offers. Raises `ProviderUnknown`."""
    if browser.standing_of(request) is not None:
        return HttpResponseRedirect(browser.onward(request))
    connection = ways.connection_of(provider_id, ways.application_of(request))
    return ways.leave(request, connection, Aim.SIGN_IN)


@require_POST
@browser.signed_in
def renew(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse:
    """Go to a provider of everybody's to prove again who one is."""
    connection = ways.connection_of(provider_id, ways.application_of(request))
    if connection.tenant_id is not None:
        raise ProviderUnknown
    return ways.leave(request, connection, Aim.RENEW)


@require_POST
@browser.fresh
def link(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse:
    """Go to a provider to connect one's account there; asks for a fresh proof first."""
    connection = ways.connection_of(provider_id, ways.application_of(request))
    return ways.leave(request, connection, Aim.LINK)


def straight(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse | None:
    """Go to the provider that an application named; None where it does not offer it."""
    try:
        connection = ways.connection_of(provider_id, ways.application_of(request))
    except ProviderUnknown:
        return None
    return ways.leave(request, connection, Aim.SIGN_IN)
