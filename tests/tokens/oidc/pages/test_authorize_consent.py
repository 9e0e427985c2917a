"""No consent that was not given: by nobody else, to nothing else, for nobody else."""

import re
from typing import Any

import pytest

from accounts.models import User
from tenants.models import Application, Membership
from tests.conftest import Together
from tests.factories import ApiFactory, UserFactory
from tests.tokens.oidc.party import (
    Party,
    answer_of,
    browser_of,
    client_application,
    orders_application,
)
from tests.tokens.oidc.sitting import decide, sign_in, token_of
from tests.tokens.pages.browsers import Browser
from tokens.oidc.models import AuthorizationCode, Consent
from tokens.oidc.services import consents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.parametrize("decision", ["allow", "deny", "continue", "switch"])
@pytest.mark.spec("RFC 9700 4.7", "RFC 6749 10.12")
def test_no_decision_is_taken_from_another_site(
    third: Party,
    ann: User,
    decision: str,
) -> None:
    browser = browser_of(ann)
    page = third.authorize(browser)
    found = re.search(r'action="([^"]+)"', page.content.decode())
    assert found
    form = {"decision": decision, "csrfmiddlewaretoken": token_of(page)}
    bare = browser.post(found[1], {"decision": decision})
    mallory = Browser().client
    mallory.get("/account/login/")
    theirs = mallory.post(found[1], form)
    assert (bare.status_code, theirs.status_code) == (403, 403)
    assert browser.get(found[1] + f"&decision={decision}").status_code == 200
    assert not Consent.objects.exists() and not AuthorizationCode.objects.exists()


def test_whoever_allows_is_who_was_asked(
    third: Party,
    ann: User,
) -> None:
    bob = UserFactory(email="bob@example.com")
    browser = browser_of(bob)
    page = third.authorize(browser)
    form = {"csrfmiddlewaretoken": token_of(page), "decision": "allow"}
    action = re.search(r'action="([^"]+)"', page.content.decode())
    assert action
    chosen = third.authorize(browser, prompt="select_account")
    sign_in(browser, decide(browser, chosen, "switch")["Location"])
    response = browser.post(action[1], form)
    assert response.status_code in (400, 403)
    assert not Consent.objects.exists()


@pytest.mark.spec("OIDC Core 3.1.2.4", "RFC 6749 3.3")
def test_nothing_is_allowed_that_was_not_shown(ann: User) -> None:
    """The application gets another scope while its person reads the page."""
    party = Party(orders_application(is_first_party=False))
    Application.objects.update(scopes=["orders:read"])
    browser = browser_of(ann)
    page = party.authorize(browser, scope="openid orders:read orders:write")
    assert b"Write orders" not in page.content
    Application.objects.update(scopes=["orders:read", "orders:write"])
    again = decide(browser, page, "allow")
    assert again["Location"].startswith("/oauth/authorize?visit=")
    assert not Consent.objects.exists()
    page = browser.get(again["Location"])
    assert b"Write orders" in page.content
    assert "code" in answer_of(decide(browser, page, "allow"))
    assert Consent.objects.get().scope == "openid orders:read orders:write"


def test_an_open_tenant_learns_of_nobody_who_only_opened_its_link(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = third.authorize(browser)
    third.authorize(browser, prompt="none")
    here = Membership.objects.filter(tenant=third.application.tenant)
    assert not here.exists()
    decide(browser, page, "deny")
    assert not here.exists()
    decide(browser, third.authorize(browser), "allow")
    assert here.get().user == ann


@pytest.mark.spec("RFC 8707 2", "OIDC Core 3.1.2.4")
def test_a_consent_is_for_one_audience(
    third: Party,
    ann: User,
) -> None:
    other = ApiFactory(tenant=third.application.tenant)
    third.application.apis.add(other)
    browser = browser_of(ann)
    decide(browser, third.authorize(browser, scope="openid orders:read"), "allow")
    for name in ("resource", "audience"):
        asked = {"scope": "openid orders:read", name: other.identifier}
        told = answer_of(third.authorize(browser, prompt="none", **asked))
        assert told["error"] == "consent_required"


@pytest.mark.parametrize("scope", ["account", "manage", "openid account manage"])
def test_no_third_party_gets_at_the_identity_api(
    third: Party,
    ann: User,
    settings: Any,
    scope: str,
) -> None:
    Application.objects.filter(pk=third.application.pk).update(
        scopes=["account", "manage", "orders:read"]
    )
    browser = browser_of(ann)
    asked = {"scope": scope, "resource": settings.IDENTITY_API}
    told = answer_of(third.authorize(browser, **asked))
    assert told["error"] == "invalid_target"
    third.application.apis.clear()
    response = third.authorize(browser, scope=scope)
    if response.status_code == 200:
        assert b"account and" not in response.content
        response = decide(browser, response, "allow")
    granted = AuthorizationCode.objects.values_list("scope", flat=True)
    assert set(granted) <= {"openid"}


@pytest.mark.spec("RFC 6749 10.5", "RFC 9700 4.5")
def test_a_code_of_one_is_worth_nothing_to_another_client_of_the_tenant(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    code = answer_of(decide(browser, third.authorize(browser), "allow"))["code"]
    neighbour = Party(client_application(tenant=third.application.tenant))
    for given in ({}, {"code_verifier": "x" * 43}, {"code_verifier": "short"}):
        assert neighbour.exchange(code, **given).json()["error"] == "invalid_grant"
    assert third.exchange(code, code_verifier="x" * 43).status_code == 400
    assert third.exchange(code).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_consent_taken_back_at_the_same_moment_leaves_no_session(
    third: Party,
    ann: User,
    together: Together,
) -> None:
    browser = browser_of(ann)
    code = answer_of(decide(browser, third.authorize(browser), "allow"))["code"]
    consent = Consent.objects.get()

    def act(number: int) -> Any:
        if number:
            return third.exchange(code).json()
        return consents.revoke(consent, acting_user=ann)

    revoked, body = together(2, act)
    assert revoked is True
    token = body.get("refresh_token")
    if token is not None:
        assert third.refresh(token).json()["error"] == "invalid_grant"
    assert not Consent.objects.exists()
