"""A browser that comes for an application, through the real `/oauth/authorize`."""

from urllib.parse import parse_qs, urlsplit

from tenants.models import Application
from tests.factories import TenantFactory
from tests.tokens.oidc.party import Party, client_application
from tests.tokens.pages.people import Browser, went


def shop() -> Application:
    """Return an application of a tenant of its own, which anybody may sign up for."""
    return client_application(tenant=TenantFactory(registration="open"))


def come(
    browser: Browser,
    application: Application,
    **given: str,
) -> str:
    """Come for an application; return the `next` of the page of signing in."""
    page = went(Party(application).authorize(browser.client, **given))
    assert page.startswith("/account/login/?next="), page
    return parse_qs(urlsplit(page).query)["next"][0]
