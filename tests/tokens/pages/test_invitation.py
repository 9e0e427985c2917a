"""An invitation, as a browser meets it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Invitation, Membership, Tenant
from tenants.services import invitations, tenants
from tests.authenticators import App
from tests.conftest import Together
from tests.factories import TenantFactory, UserFactory
from tests.tenants import mailed
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, text, went

pytestmark = pytest.mark.django_db
PAGE = "/account/invitation/"
FRESH = "a quiet walk in the hills"


@pytest.fixture
def shop(keys: None) -> Tenant:
    made: Tenant = TenantFactory(name="Shop", registration="invite")
    return made


@pytest.fixture
def key(shop: Tenant) -> str:
    """The key that was mailed to a guest."""
    return invited(shop, "guest@example.com")


def invited(
    shop: Tenant,
    email: str,
) -> str:
    invitations.invite(shop, email, acting_user=None)
    return mailed.last_key()


def sent(
    browser: Browser,
    **form: str,
) -> Any:
    """Send the page's form, as chromium does from a page without referrer."""
    browser.get("/account/password/reset/")
    given = {"csrfmiddlewaretoken": browser.client.cookies["ntt-csrf"].value, **form}
    return browser.client.post(PAGE, given, headers={"origin": "null"})


def test_opening_it_says_who_invites_whom_and_changes_nothing(
    browser: Browser,
    key: str,
) -> None:
    for _ in range(2):
        page = browser.get(PAGE, key=key)
        assert page.status_code == 200
    assert "<bdi>Shop</bdi> invites you" in text(page) and "guest@example.com" in text(
        page
    )
    assert page["Referrer-Policy"] == "no-referrer"
    assert page.context["brand_name"] == "Shop"
    assert f"?key={key}" not in text(page)
    assert Invitation.objects.get().standing


def test_a_new_account_is_made_and_is_in(
    browser: Browser,
    key: str,
) -> None:
    before = browser.cookie
    assert went(sent(browser, key=key, name="Guest", password=FRESH)) == HOME
    assert browser.cookie != before and browser.is_in()
    member = Membership.objects.get()
    assert member.user.email == "guest@example.com" and member.tenant.name == "Shop"
    assert sent(Browser(), key=key, name="", password=FRESH).status_code == 410


@pytest.mark.parametrize(
    "password", ["", "short", "\x00", "guest@example.com", "x" * 100_000]
)
def test_a_refused_password_is_told_and_leaves_the_link(
    password: str,
    browser: Browser,
    key: str,
) -> None:
    answer = sent(browser, key=key, password=password)
    assert answer.status_code == 400 and 'aria-invalid="true"' in text(answer)
    assert Invitation.objects.get().standing and not User.objects.exists()


def test_an_address_with_an_account_is_told_so(
    browser: Browser,
    shop: Tenant,
    ann: User,
) -> None:
    key = invited(shop, ann.email)
    answer = sent(browser, key=key, password=FRESH)
    assert answer.status_code == 409 and "sign in, then accept" in text(answer)
    assert not Membership.objects.exists()


def test_who_has_an_account_signs_in_and_accepts(
    browser: Browser,
    shop: Tenant,
    ann: User,
    app: App,
) -> None:
    key = invited(shop, ann.email)
    onward = went(sent(browser, key=key, **{"sign-in": "1"}))
    assert onward.startswith(LOGIN) and key not in onward
    assert went(browser.log_in(path=onward)) == MFA
    assert went(browser.post(MFA, code=app.code())) == PAGE
    page = browser.get(PAGE)
    assert "<bdi>Shop</bdi> invites you" in text(page) and "signed in as" in text(page)
    assert not Membership.objects.exists(), "opening the page accepts nothing"
    done = sent(browser, key=key)
    assert done.status_code == 200 and "You are a member of <bdi>Shop</bdi>" in text(
        done
    )
    assert Membership.objects.get().user == ann
    assert browser.get(PAGE).status_code == 410


def test_an_invitation_of_another_is_not_accepted(
    browser: Browser,
    key: str,
    ann: User,
) -> None:
    browser.log_in()
    answer = sent(browser, key=key)
    assert answer.status_code == 409
    assert "sent to another address" in text(answer) and "Sign out" in text(answer)
    assert Invitation.objects.get().standing


def test_an_unproven_address_does_not_accept(
    browser: Browser,
    shop: Tenant,
    tenant: Tenant,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(verification_required=False)
    bob = UserFactory(email="bob@example.com", verified=False)
    browser.log_in(bob.email)
    assert sent(browser, key=invited(shop, bob.email)).status_code == 409
    assert not Membership.objects.filter(tenant=shop).exists()


@pytest.mark.parametrize("key", ["", "unknown", "x" * 5000, "<b>", "\U0001f600"])
def test_a_link_that_is_none_says_so(
    key: str,
    browser: Browser,
) -> None:
    for answer in (browser.get(PAGE, key=key), sent(browser, key=key, password=FRESH)):
        assert answer.status_code == 410 and "@" not in text(answer)


@pytest.mark.parametrize("closed", ["closed", "suspended"])
def test_a_tenant_that_takes_nobody_in_any_more(
    closed: str,
    browser: Browser,
    key: str,
    shop: Tenant,
) -> None:
    if closed == "closed":
        Tenant.objects.filter(pk=shop.pk).update(registration="closed")
    else:
        tenants.suspend_tenant(shop, acting_user=None)
    for answer in (browser.get(PAGE, key=key), sent(browser, key=key, password=FRESH)):
        assert answer.status_code in (403, 409)
    assert not User.objects.exists()


def test_a_form_of_another_site_and_other_methods_are_refused(
    browser: Browser,
    key: str,
) -> None:
    browser.get(PAGE, key=key)
    form = {"key": key, "password": FRESH}
    for origin in ("null", "https://evil.example"):
        answer = browser.client.post(PAGE, form, headers={"origin": origin})
        assert answer.status_code == 403
    assert Client().put(PAGE).status_code == 405
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_one_does(
    key: str,
    together: Together,
) -> None:
    answers = together(4, lambda _: sent(Browser(), key=key, password=FRESH))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 302 and set(codes[1:]) <= {409, 410}, codes
    assert User.objects.count() == Membership.objects.count() == 1
