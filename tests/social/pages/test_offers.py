"""Which buttons stand where."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from social.models import Connection
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)
from tests.social.travel import travel
from tests.social.upstreams import Upstream
from tests.social.visiting import come, shop
from tests.tokens.pages.people import LOGIN, Browser, text

SIGN_UP, AGAIN, SECURITY = (
    "/account/signup/",
    "/account/reauthenticate/",
    "/account/2fa/",
)


@pytest.mark.parametrize("page", [LOGIN, SIGN_UP])
def test_what_everybody_may_use_is_offered(
    page: str,
    connection: Connection,
) -> None:
    ConnectionFactory(name="Closed", suspended_at=timezone.now())
    ConnectionFactory(name="Foreign", tenant=TenantFactory())
    shown = text(Browser().get(page))
    assert "Continue with <bdi>Example ID</bdi>" in shown
    assert 'action="/account/social/example/"' in shown
    assert "Closed" not in shown and "Foreign" not in shown
    assert '<svg class="mark"' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("page", [LOGIN, SIGN_UP])
def test_without_connections_there_is_no_list(page: str) -> None:
    assert 'class="offers' not in text(Browser().get(page))


def test_an_application_shows_its_tenants_connections(connection: Connection) -> None:
    application = shop()
    ConnectionFactory(provider_id="own", name="Own", tenant=application.tenant)
    ConnectionFactory(name="Foreign", tenant=TenantFactory())
    browser = Browser()
    onward = come(browser, application)
    shown = text(browser.client.get(LOGIN, {"next": onward}))
    assert "<bdi>Own</bdi>" in shown and "<bdi>Example ID</bdi>" in shown
    assert "Foreign" not in shown
    assert f"/account/social/own/?next={quote(onward, safe='')}" in shown
    assert "Own" not in text(browser.get(LOGIN)), "another tab is no visit"


def test_many_are_shown_by_their_names(connection: Connection) -> None:
    for n in range(4):
        ConnectionFactory(name=f"Number {n}")
    shown = text(Browser().get(LOGIN))
    assert 'class="offers many"' in shown
    assert '<span class="unseen">Continue with <bdi>Number 3</bdi></span>' in shown
    assert '<span aria-hidden="true"><bdi>Number 3</bdi></span>' in shown


@pytest.mark.parametrize("provider", Connection.Provider.values)
def test_each_provider_has_its_picture(
    provider: str,
    db: None,
) -> None:
    ConnectionFactory(provider=provider)
    drawn = Path(settings.BASE_DIR) / "templates/account/marks" / f"{provider}.svg"
    mark = drawn.read_text().partition("#}")[2].strip()
    assert "CC0" in drawn.read_text() or provider == "oidc"
    assert mark.startswith("<svg") and "currentColor" in mark
    assert mark in text(Browser().get(LOGIN))


def test_one_proves_oneself_again_by_what_ones_account_is_connected_to(
    connection: Connection,
    ann: User,
) -> None:
    ConnectionFactory(name="Not mine")
    IdentityFactory(connection=ConnectionFactory(name="Bobs"), user=UserFactory())
    owned = ConnectionFactory(name="A tenant's", tenant=TenantFactory())
    IdentityFactory(connection=owned, user=ann)
    IdentityFactory(connection=connection, user=ann)
    IdentityFactory(connection=connection, user=ann)
    browser = Browser()
    browser.log_in()
    shown = text(browser.get(AGAIN))
    assert shown.count("Continue with <bdi>Example ID</bdi>") == 1
    assert 'action="/account/social/example/renew/"' in shown
    for name in ("Not mine", "Bobs", "A tenant"):
        assert name not in shown


def test_what_is_connected_needs_no_button(
    connection: Connection,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, user=ann, email="ann@id.example")
    ConnectionFactory(provider_id="other", name="Other")
    browser = Browser()
    browser.log_in()
    shown = text(browser.get(SECURITY))
    assert "Connect <bdi>Other</bdi>" in shown and "Continue with" not in shown
    assert "Connect <bdi>Example ID</bdi>" not in shown
    assert "ann@id.example" in shown and "Disconnect" in shown


def test_who_arrived_is_offered_the_others_of_everybody(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    application = shop()
    ConnectionFactory(name="Own", tenant=application.tenant)
    ConnectionFactory(name="Other")
    browser = Browser()
    onward = come(browser, application)
    travel(browser, upstream, query=f"?next={quote(onward)}")
    shown = text(browser.client.get(LOGIN, {"next": onward}))
    assert "Continue with <bdi>Other</bdi>" in shown
    assert "Continue with <bdi>Example ID</bdi>" not in shown
    assert "<bdi>Own</bdi>" not in shown
