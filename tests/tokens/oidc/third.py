"""A third party's application, and what Ann may let it have."""

from accounts.models import User
from tenants.admission import Target
from tenants.models import Api, Application
from tests.factories import ApiFactory, ApplicationFactory
from tokens.models import Session
from tokens.oidc.models import Consent
from tokens.oidc.services import consents

USERINFO = "https://auth.example.com/oauth/userinfo"


def shop(
    name: str = "Shop",
    **traits: object,
) -> Application:
    """Return an application of somebody else's."""
    made: Application = ApplicationFactory(
        name=name, type="web", is_first_party=False, **traits
    )
    return made


def wanted(
    scope: str = "openid email",
    audience: str = USERINFO,
    api: Api | None = None,
) -> Target:
    """Return what an application asks for."""
    return Target(api.pk if api else None, api.identifier if api else audience, scope)


def orders() -> Api:
    """Return an API with a scope in its own words."""
    scopes = [
        {"name": "orders:read", "description": "See what you ordered"},
        {"name": "orders:write", "description": ""},
        {"name": "email", "description": "Nothing to see here"},
    ]
    made: Api = ApiFactory(
        identifier="https://orders.example.com", name="Orders", scopes=scopes
    )
    return made


def consented(
    user: User,
    application: Application | None = None,
    scope: str = "openid email",
) -> Consent:
    """Return a consent that somebody gave."""
    return consents.grant(user, application or shop(), wanted(scope))


def is_live(session: Session) -> bool:
    """Tell whether a session can still be refreshed."""
    return Session.objects.live().filter(pk=session.pk).exists()
