"""Somebody for whom a provider vouched: in, renewed, connected, or asked further."""

import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.models import Connection, Identity
from tenants.models import Application
from tests.authenticators import has_app
from tests.factories import ConnectionFactory, IdentityFactory, UserFactory
from tests.mailbox import mails
from tests.social.travel import come_back, leave, travel
from tests.social.upstreams import Upstream
from tests.social.visiting import come, shop
from tests.tokens.oidc.party import Party
from tests.tokens.pages.people import LOGIN, MFA, Browser, text, went
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db
FRESH_PAGES = ("email/", "data/export/", "data/leave/", "2fa/recovery-codes/")


@pytest.fixture
def inside(
    connection: Connection,
    ann: User,
) -> Browser:
    browser = Browser()
    assert went(browser.log_in()) == "/account/"
    return browser


def age() -> None:
    Login.objects.update(auth_time=timezone.now() - timedelta(days=1))


def is_fresh() -> bool:
    return Login.objects.get().auth_time > timezone.now() - timedelta(minutes=1)


def test_the_account_is_connected_and_its_owner_told(
    inside: Browser,
    upstream: Upstream,
    ann: User,
) -> None:
    upstream.person["email"] = "another@example.org"
    assert went(travel(inside, upstream, path="link/")) == "/account/2fa/"
    assert Identity.objects.get().user == ann
    assert "is connected" in text(inside.get("/account/2fa/"))
    assert "connected" in mails("ann@example.com")[-1].subject


def test_connecting_leads_on(
    inside: Browser,
    upstream: Upstream,
) -> None:
    answer = travel(inside, upstream, path="link/", query="?next=/account/email/")
    assert went(answer) == "/account/email/"


def test_what_is_somebody_elses_is_not_connected(
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
) -> None:
    IdentityFactory(connection=connection, subject="u-1", user=UserFactory())
    answer = travel(inside, upstream, path="link/")
    assert answer.status_code == 409
    assert "connected to somebody else" in text(answer)
    assert 'href="/account/2fa/"' in text(answer)


def test_a_sign_in_that_became_stale_on_the_way_connects_nothing(
    inside: Browser,
    upstream: Upstream,
) -> None:
    brought = upstream.authorize(leave(inside, path="link/"))
    age()
    assert come_back(inside, brought).status_code == 401
    assert not Identity.objects.exists()


@pytest.mark.parametrize("path", ["link/", "renew/"])
def test_another_sign_in_takes_no_way_of_the_one_before(
    path: str,
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-1", user=ann)
    brought = upstream.authorize(leave(inside, path=path))
    inside.post("/account/logout/")
    UserFactory(email="bob@example.com")
    inside.log_in("bob@example.com")
    assert come_back(inside, brought).status_code == 401
    assert Identity.objects.get().user == ann


def test_the_providers_word_renews_the_sign_in(
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-1", user=ann)
    age()
    before = inside.cookie
    answer = travel(inside, upstream, path="renew/", query="?next=/account/email/")
    assert went(answer) == "/account/email/"
    assert is_fresh() and inside.cookie != before
    assert Session.objects.count() == 1
    assert inside.get("/account/email/").status_code == 200


def test_the_second_factor_is_shown_again_too(
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-1", user=ann)
    app = has_app(ann)
    age()
    assert went(travel(inside, upstream, path="renew/")) == MFA
    assert not is_fresh()
    inside.post(MFA, code=app.code())
    assert is_fresh() and "mfa" in Login.objects.get().amr


@pytest.mark.spec("OIDC Core 3.1.3.7")
@pytest.mark.parametrize("told", [None, -3600])
def test_an_older_sign_in_there_renews_nothing(
    told: int | None,
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    """Whoever sits at a browser can take out of the address that it is to be a new one."""
    IdentityFactory(connection=connection, subject="u-1", user=ann)
    age()
    upstream.claims["auth_time"] = told and int(time.time()) + told
    assert travel(inside, upstream, path="renew/").status_code == 401
    assert not is_fresh()
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.outcome == "auth_time: no new proof"


@pytest.mark.parametrize("whose", ["nobody's", "bob's"])
def test_somebody_elses_account_there_renews_nothing(
    whose: str,
    inside: Browser,
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-of-ann", user=ann)
    if whose == "bob's":
        IdentityFactory(connection=connection, subject="u-1", user=UserFactory())
    age()
    answer = travel(inside, upstream, path="renew/")
    assert answer.status_code == 401
    assert 'href="/account/reauthenticate/"' in text(answer)
    assert not is_fresh()
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.outcome.startswith("account")


@pytest.fixture
def owned(upstream: Upstream) -> Application:
    """An application whose tenant has a connection of its own, `own`."""
    application = shop()
    ConnectionFactory(
        provider_id="own", tenant=application.tenant, issuer=upstream.issuer
    )
    return application


def in_by_own(
    upstream: Upstream,
    owned: Application,
) -> Browser:
    """Return a browser that a tenant's own connection let in."""
    browser = Browser()
    onward = come(browser, owned)
    answer = travel(browser, upstream, "own", query=f"?next={quote(onward)}")
    assert went(answer) == onward
    assert Login.objects.get().bound_to == owned.tenant
    return browser


@pytest.mark.parametrize("page", FRESH_PAGES)
def test_whom_a_tenants_connection_let_in_changes_nothing_of_the_account(
    page: str,
    upstream: Upstream,
    owned: Application,
) -> None:
    browser = in_by_own(upstream, owned)
    answer = went(browser.get(f"/account/{page}"))
    assert answer.startswith("/account/reauthenticate/")
    assert went(browser.post(f"/account/{page}")) == "/account/reauthenticate/"
    shown = text(browser.get("/account/reauthenticate/"))
    assert "Your organisation" in shown
    assert 'type="password"' not in shown and "Continue with" not in shown
    assert 'class="button" href="/account/password/reset/"' in shown


def test_a_tenants_connection_lets_nobody_into_another_application(
    upstream: Upstream,
    owned: Application,
) -> None:
    browser = in_by_own(upstream, owned)
    asked = Party(shop()).authorize(browser.client)
    assert went(asked).startswith("/account/reauthenticate/?next=")
    assert "Your organisation" in text(browser.get(went(asked)))


def test_a_visit_that_is_over_lets_nobody_in_by_its_connection(
    upstream: Upstream,
    owned: Application,
) -> None:
    browser = Browser()
    onward = come(browser, owned)
    brought = upstream.authorize(leave(browser, "own", query=f"?next={quote(onward)}"))
    kept = browser.client.session
    del kept["visits"]
    kept.save()
    assert come_back(browser, brought, "own").status_code == 401
    assert not User.objects.exists() and not Login.objects.exists()


def test_a_connection_that_was_suspended_meanwhile_vouches_for_nobody(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    brought = upstream.authorize(leave(browser))
    Connection.objects.update(suspended_at=timezone.now())
    assert come_back(browser, brought).status_code == 401
    assert not User.objects.exists()


def test_who_says_no_there_is_back_at_the_sign_in(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    brought = upstream.authorize(leave(browser))
    told = {"error": "access_denied", "state": brought["state"]}
    assert went(come_back(browser, told)) == LOGIN
    assert "You did not sign in there." in text(browser.get(LOGIN))
