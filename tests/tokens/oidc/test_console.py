"""The integration facts on the console's page of an application."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.console import Panel
from tenants.models import Application, ApplicationSecret
from tenants.services import secrets
from tenants.services.policy import CLIENT, CODE, DEVICE, REFRESH
from tests.factories import ApiFactory, ApplicationFactory
from tests.operators import console, staff
from tokens.oidc.console import integration_panel

pytestmark = pytest.mark.django_db
ISSUER = "https://id.example.com"
CALLBACK = "https://app.example/cb"


@pytest.fixture(autouse=True)
def _issuer(settings: Any) -> None:
    settings.ISSUER, settings.IDENTITY_API = ISSUER, f"{ISSUER}/api/v1"


def application(**traits: Any) -> Application:
    """Return a web application with the code grant and a redirect URI."""
    given = {
        **{"type": "web", "is_first_party": False, "scopes": [], "client_id": "shop"},
        **{"grants": [CODE, REFRESH], "redirect_uris": [CALLBACK]},
    }
    made: Application = ApplicationFactory.create(**given | traits)
    return made


def shown(app: Application) -> Panel:
    """Return its panel."""
    panel = integration_panel(app)
    assert panel is not None
    return panel


def facts(app: Application) -> dict[str, str]:
    """Return the table of its panel."""
    return {name.text: value.text for name, value in shown(app).rows}


def snippet(
    app: Application,
    number: int = 0,
) -> dict[str, str]:
    """Return the variables of a snippet, as a shell reads them."""
    lines = shown(app).snippets[number].text.splitlines()
    return dict(line.partition("=")[::2] for line in lines)


def test_every_address_is_below_the_issuer() -> None:
    assert facts(application(grants=[CODE, REFRESH, DEVICE])) == {
        "Issuer": ISSUER,
        "Client id": "shop",
        "Client authentication": "client_secret_basic, client_secret_post",
        "Grants": f"{CODE}, {REFRESH}, {DEVICE}",
        "Discovery": f"{ISSUER}/.well-known/openid-configuration",
        "Authorization endpoint": f"{ISSUER}/oauth/authorize",
        "Pushed requests (PAR)": f"{ISSUER}/oauth/par",
        "Device authorization": f"{ISSUER}/oauth/device-authorization",
        "Token endpoint": f"{ISSUER}/oauth/token",
        "UserInfo": f"{ISSUER}/oauth/userinfo",
        "Sign-out": f"{ISSUER}/oauth/logout",
        "Public keys (JWKS)": f"{ISSUER}/.well-known/jwks.json",
        "Introspection": f"{ISSUER}/oauth/introspect",
        "Revocation": f"{ISSUER}/oauth/revoke",
    }


def test_a_service_is_told_no_address_of_people() -> None:
    told = facts(application(type="service", grants=[CLIENT]))
    assert "Token endpoint" in told and "Authorization endpoint" not in told
    assert "UserInfo" not in told and "Device authorization" not in told


@pytest.mark.parametrize(
    ("manages", "scopes"), [("", "orders:read"), ("tenant", "manage")]
)
def test_a_service_that_manages_asks_for_that(
    manages: str,
    scopes: str,
) -> None:
    service = application(
        type="service",
        grants=[CLIENT],
        is_first_party=True,
        scopes=["orders:read"],
        manages=manages,
    )
    assert snippet(service)["OIDC_SCOPES"] == scopes


@pytest.mark.parametrize("grants", [[], [REFRESH]])
def test_what_never_comes_to_oauth_has_no_panel(grants: list[str]) -> None:
    assert integration_panel(application(grants=grants)) is None


def test_a_standard_client_finds_all_that_it_asks_for() -> None:
    assert snippet(application()) == {
        "OIDC_CLIENT_ID": "shop",
        "OIDC_CLIENT_SECRET": "the-secret-shown-once",
        "OIDC_ISSUER": ISSUER,
        "OIDC_AUTH_URL": f"{ISSUER}/oauth/authorize",
        "OIDC_TOKEN_URL": f"{ISSUER}/oauth/token",
        "OIDC_API_URL": f"{ISSUER}/oauth/userinfo",
        "OIDC_SIGNOUT_URL": f"{ISSUER}/oauth/logout",
        "OIDC_REDIRECT_URI": CALLBACK,
        "OIDC_SCOPES": "'openid profile email offline_access'",
        "OIDC_USE_PKCE": "true",
    }


def test_settings_follow_how_the_client_proves_itself() -> None:
    key = {"client_authentication": "private_key_jwt", "jwks_uri": CALLBACK}
    signing = application(**key)
    assert facts(signing)["Client authentication"] == "private_key_jwt"
    assert "OIDC_CLIENT_SECRET" not in snippet(signing)
    public = application(type="spa", grants=[CODE], client_id="spa")
    assert facts(public)["Client authentication"].startswith("none")
    told = snippet(public)
    assert "OIDC_CLIENT_SECRET" not in told
    assert told["OIDC_SCOPES"] == "'openid profile email'"


def test_settings_follow_the_grants() -> None:
    job = application(type="service", grants=[CLIENT], scopes=["a:b", "$(c)"])
    assert snippet(job)["OIDC_SCOPES"] == "'a:b $(c)'"
    assert "OIDC_AUTH_URL" not in snippet(job)
    screen = application(type="native", grants=[DEVICE], client_id="tv")
    told = snippet(screen)
    assert told["OIDC_DEVICE_URL"] == f"{ISSUER}/oauth/device-authorization"
    assert told["OIDC_SCOPES"] == "'openid profile email'"


@pytest.mark.parametrize("grant", [CODE, DEVICE])
def test_settings_ask_for_the_scopes_of_the_first_api(grant: str) -> None:
    shop = application(grants=[grant], scopes=["orders:read", "other"])
    for name in ("orders", "others"):
        api = ApiFactory.create(
            tenant=shop.tenant,
            identifier=f"https://api.example.com/{name}",
            scopes=[{"name": f"{name}:read"}, {"name": f"{name}:write"}],
        )
        shop.applicationapi_set.create(api=api)
    asked = "'openid profile email orders:read'"
    assert snippet(shop)["OIDC_SCOPES"] == asked


def test_our_sdk_finds_its_variables() -> None:
    app = application()
    assert snippet(app, 1) == {
        "NTT_AUTH_ISSUER": ISSUER,
        "NTT_AUTH_CLIENT_ID": "shop",
        "NTT_AUTH_CLIENT_SECRET": "the-secret-shown-once",
    }
    public = application(type="spa", client_id="public")
    assert "NTT_AUTH_CLIENT_SECRET" not in snippet(public, 1)
    ours = application(is_first_party=True, client_id="ours")
    assert snippet(ours, 1)["NTT_AUTH_AUDIENCE"] == f"{ISSUER}/api/v1"
    first, second = ApiFactory.create_batch(2)
    both = application(apis=[second, first], client_id="both")
    assert snippet(both, 1)["NTT_AUTH_AUDIENCE"] == second.identifier


def test_a_code_grant_without_redirect_uri_is_told() -> None:
    (note,) = shown(application(redirect_uris=[])).notes
    assert "no redirect URI" in note
    assert shown(application(client_id="other")).notes == []
    job = application(grants=[CLIENT], redirect_uris=[], client_id="job")
    assert shown(job).notes == []


@pytest.mark.parametrize("production", [True, False])
def test_a_loopback_redirect_uri_in_production_is_told(
    settings: Any,
    production: bool,
) -> None:
    settings.PRODUCTION = production
    app = application(redirect_uris=[CALLBACK, "http://localhost:3000/cb"])
    notes = shown(app).notes
    assert bool(notes) is production
    assert all("http://localhost:3000/cb" in note for note in notes)


@pytest.mark.spec("RFC 8252 8.3")
def test_a_native_application_is_led_to_a_literal_loopback_address(
    settings: Any,
) -> None:
    settings.PRODUCTION = True
    named = ["http://localhost/cb"]
    (note,) = shown(application(type="native", redirect_uris=named)).notes
    assert "127.0.0.1" in note
    literal = ["http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"]
    assert (
        shown(application(type="native", redirect_uris=literal, client_id="b")).notes
        == []
    )


def test_a_secret_older_than_a_year_is_told_while_it_works() -> None:
    app = application()
    issued = secrets.rotate_secret(app, acting_user=None)
    rows = ApplicationSecret.objects.filter(pk=issued.row.pk)
    assert shown(app).notes == []
    now = timezone.now()
    rows.update(created_at=now - timedelta(days=366))
    (note,) = shown(app).notes
    assert issued.row.hint in note and issued.clear not in note
    rows.update(expires_at=now)
    assert shown(app).notes == []
    rows.update(expires_at=None, revoked_at=now)
    assert shown(app).notes == []
    rows.update(revoked_at=None)
    app.client_authentication = Application.Authentication.KEY
    assert shown(app).notes == []


def test_the_page_shows_it_escaped_and_only_to_who_may_see_applications() -> None:
    app = application(redirect_uris=["https://app.example/cb?x=1&amp;=2"])
    page = f"/admin/tenants/application/{app.pk}/change/"
    text = console(staff("tenants.view_application")).get(page).content.decode()
    assert f"{ISSUER}/oauth/par" in text and "OIDC_CLIENT_ID=shop" in text
    assert "cb?x=1&amp;amp;=2&#x27;" in text
    assert 'data-copy="integration-settings-of-our-sdk-env"' in text
    assert 'id="integration-settings-of-our-sdk-env"' in text
    assert "console/copy.js" in text
    assert console(staff("audit.view_event")).get(page).status_code == 403
