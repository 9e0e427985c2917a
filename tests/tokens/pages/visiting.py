"""An application's request as `/oauth/authorize` keeps it, with the rest of our URLs."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from config import urls
from tenants.models import Application
from tests.tokens.pages.people import Browser, went
from tokens.pages import browser, steps, visits
from tokens.pages.visits import Visit

RETURNS_TO = "https://app.example.com"
AUTHORIZE = "/oauth/authorize"


def authorize(request: HttpRequest) -> HttpResponse:
    """Keep a request and send its person to sign in; tell whose visit goes on."""
    if "client_id" in request.GET:
        given = {str(name): str(value) for name, value in request.GET.items()}
        returns_to = given.pop("returns_to", RETURNS_TO)
        onward = visits.keep(request, Visit(given["client_id"], given, returns_to))
        return HttpResponseRedirect(steps.here("account-login", onward))
    visit = visits.read(request, request.GET.get("visit", ""))
    inside = "in" if browser.standing_of(request) else "out"
    return HttpResponse(f"{visit.client_id if visit else 'nobody'} {inside}")


urlpatterns = [
    path("oauth/authorize", authorize, name="oauth-authorize"),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def visit(
    browser: Browser,
    application: Application,
    **parameters: str,
) -> str:
    """Have a browser come for an application; return the path of its first page."""
    asked = {"client_id": application.client_id, **parameters}
    return went(browser.get(AUTHORIZE, **asked))
