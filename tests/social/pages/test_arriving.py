"""Who arrived and is nobody here yet: an address, an account, or neither."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts.flows import verification
from accounts.models import User
from social.models import Connection, Identity
from tenants.models import Application, Tenant
from tests.factories import PASSWORD, ConnectionFactory, IdentityFactory, UserFactory
from tests.mailbox import last_mail, mails
from tests.social.travel import travel
from tests.social.upstreams import Upstream
from tests.social.visiting import come, shop
from tests.tokens.pages.people import LOGIN, Browser, text, went
from tokens.models import Login
from tokens.pages import steps

pytestmark = pytest.mark.django_db
ADDRESS, FINISH, FORGET, VERIFY = (
    "/account/connect/address/",
    "/account/connect/finish/",
    "/account/connect/forget/",
    "/account/verify/",
)


@pytest.fixture
def arrived(
    connection: Connection,
    upstream: Upstream,
) -> Browser:
    """A browser with whom a provider vouches for, but not for their address."""
    upstream.person["email_verified"] = False
    browser = Browser()
    assert went(travel(browser, upstream)) == ADDRESS
    return browser


def code_of(address: str) -> str:
    lines = last_mail(address).text.splitlines()
    return next(line.strip() for line in lines if line.startswith("    "))


@pytest.mark.parametrize("required", [True, False])
def test_an_address_is_proven_whatever_the_tenant_asks_for(
    required: bool,
    arrived: Browser,
) -> None:
    Tenant.objects.update(verification_required=required)
    shown = text(arrived.get(ADDRESS))
    assert 'value="ann@example.com"' in shown and 'type="password"' not in shown
    assert went(arrived.post(ADDRESS, email="new@example.com")) == VERIFY
    assert not Identity.objects.exists() and not arrived.is_in()
    assert went(arrived.post(VERIFY, code=code_of("new@example.com"))) == FINISH
    assert went(arrived.get(FINISH)) == "/account/"
    person = User.objects.get()
    assert Identity.objects.get().user == person
    assert verification.is_verified(person.pk) and not person.has_usable_password()
    assert Login.objects.get().amr == ["fed"]


def test_the_address_of_an_account_is_mailed_and_not_told(
    arrived: Browser,
    ann: User,
) -> None:
    assert went(arrived.post(ADDRESS, email="ann@example.com")) == VERIFY
    assert "    " not in mails("ann@example.com")[-1].text
    assert User.objects.count() == 1 and not Identity.objects.exists()


@pytest.mark.parametrize("email", ["", "x", "a@b@c", "x" * 400 + "@example.com"])
def test_what_is_no_address_is_told(
    email: str,
    arrived: Browser,
) -> None:
    answer = arrived.post(ADDRESS, email=email)
    assert answer.status_code == 400
    assert not User.objects.exists()


def test_the_page_that_connects_is_tied_to_no_window_whatever_operators_chose(
    arrived: Browser,
    ann: User,
    settings: Any,
) -> None:
    settings.POPUP_SIGN_IN = True
    arrived.log_in()
    answer = arrived.get(FINISH)
    assert answer.status_code == 200 and "connect" in text(answer)
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_who_has_an_account_signs_in_to_it_instead(
    arrived: Browser,
    ann: User,
) -> None:
    assert 'href="/account/login/"' in text(arrived.get(ADDRESS))
    shown = text(arrived.get(LOGIN))
    assert "Sign in to your account as before" in shown
    assert "There is an account with the address" not in shown, "nobody said so"
    assert went(arrived.log_in()) == FINISH
    assert went(arrived.post(FINISH, decision="connect")) == "/account/"
    assert Identity.objects.get().user == ann
    assert "is connected" in text(arrived.get("/account/2fa/"))


@pytest.mark.parametrize("page", [ADDRESS, LOGIN])
def test_whoever_arrived_may_go_on_without(
    page: str,
    arrived: Browser,
    ann: User,
) -> None:
    assert f'action="{FORGET}"' in text(arrived.get(page))
    answer = arrived.post(FORGET, next="/account/email/")
    assert went(answer) == f"{LOGIN}?next=%2Faccount%2Femail%2F"
    assert "as before" not in text(arrived.get(LOGIN))
    assert went(arrived.get(ADDRESS)) == LOGIN
    assert went(arrived.log_in()) == "/account/"
    assert not Identity.objects.exists()


def test_an_arrival_is_forgotten_by_a_form_of_ours_alone(arrived: Browser) -> None:
    assert arrived.get(FORGET).status_code == 405
    assert arrived.client.post(FORGET).status_code == 403
    assert went(arrived.post(FORGET, next="//evil.example")) == LOGIN
    assert Browser().post(FORGET).status_code == 302, "nothing to forget"


def test_nobody_arrived_asks_for_no_address(connection: Connection) -> None:
    browser = Browser()
    assert went(browser.get(ADDRESS)) == LOGIN
    assert went(browser.post(ADDRESS, email="new@example.com")) == LOGIN
    assert went(browser.get(FINISH)).startswith(LOGIN)
    assert not User.objects.exists()


def test_an_arrival_is_over_after_a_while(
    arrived: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "ARRIVAL_SECONDS", -1)
    assert went(arrived.get(ADDRESS)) == LOGIN


def test_a_form_of_another_site_and_other_methods_are_refused(
    arrived: Browser,
) -> None:
    assert arrived.client.post(ADDRESS, {"email": "a@b.example"}).status_code == 403
    arrived.client.handler.enforce_csrf_checks = False
    assert arrived.client.put(ADDRESS).status_code == 405


def test_an_older_sign_in_connects_nothing(
    arrived: Browser,
    ann: User,
) -> None:
    arrived.log_in()
    Login.objects.update(auth_time=timezone.now() - timedelta(hours=1))
    assert went(arrived.get(FINISH)) == "/account/"
    assert not Identity.objects.exists()


def test_another_account_than_the_addresses_is_not_connected(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    UserFactory(email="bob@example.com")
    browser = Browser()
    assert went(travel(browser, upstream)) == LOGIN
    assert went(browser.log_in("bob@example.com")) == FINISH
    assert went(browser.get(FINISH)) == "/account/"
    assert "was not connected: your account has another" in text(
        browser.get("/account/")
    )
    assert not Identity.objects.exists()


def test_a_connection_that_was_suspended_meanwhile_is_not_connected(
    arrived: Browser,
    ann: User,
) -> None:
    Connection.objects.update(suspended_at=timezone.now())
    assert went(arrived.post(ADDRESS, email="new@example.com")) == LOGIN
    arrived.log_in()
    assert went(arrived.get(FINISH)) == "/account/"
    assert not Identity.objects.exists() and User.objects.count() == 1


def test_what_is_somebody_elses_meanwhile_is_not_connected(
    arrived: Browser,
    connection: Connection,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-1", user=UserFactory())
    arrived.log_in()
    arrived.post(FINISH, decision="connect")
    assert "was not connected" in text(arrived.get("/account/"))
    assert not Identity.objects.filter(user=ann).exists()


def test_a_tenants_connection_connects_none_of_everybodys(
    arrived: Browser,
    upstream: Upstream,
    ann: User,
) -> None:
    """Whoever runs it could else come back to the account without it."""
    application = own_of(upstream, ann)
    upstream.person["sub"] = "ann-there"
    onward = come(arrived, application)
    answer = travel(arrived, upstream, "own", query=f"?next={quote(onward)}")
    assert went(answer).startswith(FINISH)
    arrived.get(FINISH)
    assert "was not connected: that needs" in text(arrived.get("/account/"))
    assert not Identity.objects.filter(subject="u-1").exists()


def own_of(
    upstream: Upstream,
    ann: User,
) -> Application:
    """Return an application whose tenant's own connection knows Ann."""
    application = shop()
    own: Any = ConnectionFactory(
        provider_id="own", tenant=application.tenant, issuer=upstream.issuer
    )
    IdentityFactory(connection=own, subject="ann-there", user=ann)
    return application


def test_a_tenants_own_newcomer_is_connected_to_it(upstream: Upstream) -> None:
    application = shop()
    own = ConnectionFactory(
        provider_id="own", tenant=application.tenant, issuer=upstream.issuer
    )
    upstream.person["email_verified"] = False
    browser = Browser()
    onward = come(browser, application)
    query = f"?next={quote(onward)}"
    assert went(travel(browser, upstream, "own", query=query)).startswith(ADDRESS)
    path = f"{ADDRESS}{query}"
    assert went(browser.post(path, email="new@example.com")) == VERIFY
    answer = browser.post(VERIFY, code=code_of("new@example.com"))
    assert went(answer).startswith(FINISH)
    assert went(browser.get(went(answer))) == onward
    assert Identity.objects.get().connection == own
    assert Login.objects.get().bound_to == application.tenant


def test_whose_address_says_nothing_is_connected_only_by_who_says_so(
    arrived: Browser,
    ann: User,
) -> None:
    """On a shared computer, who arrived may have left before another signed in."""
    User.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert went(arrived.log_in()) == FINISH
    page = text(arrived.get(FINISH))
    assert "Connect the two?" in page and "ann@example.com" in page
    assert not Identity.objects.exists()
    assert went(arrived.post(FINISH, decision="connect")) == "/account/"
    assert Identity.objects.get().user == ann
    assert went(arrived.post(FINISH, decision="connect")) == "/account/"


def test_who_says_no_stays_unconnected(
    arrived: Browser,
    ann: User,
) -> None:
    arrived.log_in()
    assert went(arrived.post(FINISH, decision="skip")) == "/account/"
    assert went(arrived.get(FINISH)) == "/account/"
    assert not Identity.objects.exists()


def test_somebody_else_who_signs_up_meanwhile_is_asked(arrived: Browser) -> None:
    form = {"email": "eve@example.com", "password": PASSWORD, "name": "Eve"}
    answer = arrived.post("/account/signup/", **form)
    if went(answer) == VERIFY:
        answer = arrived.post(VERIFY, code=code_of("eve@example.com"))
    assert went(answer) == FINISH
    assert "Connect the two?" in text(arrived.get(FINISH))
    assert not Identity.objects.exists()
