"""What is asked of a person before their client gets an answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.mail import links
from accounts.models import User
from accounts.services import verification
from tenants.models import Role, Tenant
from tests.authenticators import has_app
from tests.factories import PASSWORD, MembershipFactory, UserFactory
from tests.tokens.oidc.party import (
    Party,
    answer_of,
    browser_of,
    client_application,
    unread,
)
from tests.tokens.oidc.sitting import decide, sign_in, token_of
from tokens.models import Login

VERIFY = links.Purpose.VERIFY_EMAIL
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.spec("OIDC Core 3.1.2.6")
def test_prompt_none_asks_nobody_anything(
    third: Party,
    ann: User,
) -> None:
    answer = answer_of(third.authorize(Client(), prompt="none"))
    assert answer["error"] == "login_required"
    assert answer["state"] == "a state" and answer["iss"]
    browser = browser_of(ann)
    asked = {"prompt": "none", "scope": "openid orders:read"}
    assert answer_of(third.authorize(browser, **asked))["error"] == "consent_required"
    page = third.authorize(browser, scope="openid orders:read")
    decide(browser, page, "allow")
    assert "code" in answer_of(third.authorize(browser, **asked))
    wider = answer_of(third.authorize(browser, prompt="none", scope="openid email"))
    assert wider["error"] == "consent_required"


@pytest.mark.spec("OIDC Core 3.1.2.1")
@pytest.mark.parametrize("given", [{"prompt": "login"}, {"max_age": "60"}])
def test_an_old_proof_is_renewed(
    party: Party,
    ann: User,
    given: dict[str, str],
) -> None:
    then = timezone.now() - timedelta(minutes=5)
    browser = browser_of(ann, auth_time=then, amr=["pwd"])
    entry = party.authorize(browser, **given)
    assert entry["Location"].startswith("/account/reauthenticate/?next=")
    page = browser.get(entry["Location"])
    sent = {"csrfmiddlewaretoken": token_of(page), "password": PASSWORD}
    onward = browser.post(entry["Location"], sent)
    answer = answer_of(browser.get(onward["Location"]))
    claims = unread(party.exchange(answer["code"]).json()["id_token"])
    assert claims["auth_time"] > then.timestamp() + 200
    quiet = answer_of(
        party.authorize(browser_of(ann, auth_time=then), prompt="none", max_age="60")
    )
    assert quiet["error"] == "login_required"


def test_a_proof_that_is_young_enough_is_not_asked_for_again(
    party: Party,
    ann: User,
) -> None:
    then = timezone.now() - timedelta(minutes=5)
    browser = browser_of(ann, auth_time=then)
    assert "code" in answer_of(party.authorize(browser, max_age="600"))


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_select_account_asks_who_goes_on(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = party.authorize(browser, prompt="select_account")
    assert b"Continue as" in page.content
    onward = decide(browser, page, "continue")
    assert "code" in answer_of(browser.get(onward["Location"]))
    other = party.authorize(browser, prompt="select_account")
    switched = decide(browser, other, "switch")
    assert switched["Location"].startswith("/account/login/?next=")
    assert Login.objects.get().revoked_at
    onward = sign_in(browser, switched["Location"])
    assert "code" in answer_of(browser.get(onward["Location"]))


@pytest.mark.spec("OIDC Core 3.1.2.1", "OIDC Core 3.1.2.2")
def test_an_id_token_hint_names_who_must_answer(
    party: Party,
    ann: User,
) -> None:
    hint = party.tokens(browser_of(ann))["id_token"]
    ours = {"id_token_hint": hint, "prompt": "none"}
    assert "code" in answer_of(party.authorize(browser_of(ann), **ours))
    bob = browser_of(UserFactory())
    assert answer_of(party.authorize(bob, **ours))["error"] == "login_required"
    page = party.authorize(bob, id_token_hint=hint)
    onward = decide(bob, page, "continue")
    assert answer_of(bob.get(onward["Location"]))["error"] == "login_required"
    other = Party(client_application())
    wrong = answer_of(other.authorize(browser_of(ann), id_token_hint=hint))
    assert wrong["error"] == "invalid_request"
    access = party.tokens(browser_of(ann))["access_token"]
    wrong = answer_of(party.authorize(browser_of(ann), id_token_hint=access))
    assert wrong["error"] == "invalid_request"


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_acr_values_ask_for_the_second_factor_of_who_has_one(
    party: Party,
    ann: User,
) -> None:
    plain = browser_of(ann, amr=["pwd"])
    assert "code" in answer_of(party.authorize(plain, acr_values="aal2"))
    has_app(ann)
    entry = party.authorize(plain, acr_values="aal2")
    assert entry["Location"].startswith("/account/reauthenticate/")
    assert "code" in answer_of(party.authorize(plain, acr_values="aal1"))


def test_a_policy_of_the_clients_tenant_asks_for_a_factor(ann: User) -> None:
    application = client_application()
    Tenant.objects.filter(pk=application.tenant_id).update(mfa_required=True)
    party, browser = Party(application), browser_of(ann, amr=["pwd"])
    assert party.authorize(browser)["Location"].startswith("/account/2fa/")
    quiet = answer_of(party.authorize(browser, prompt="none"))
    assert quiet["error"] == "interaction_required"
    has_app(ann)
    assert party.authorize(browser)["Location"].startswith("/account/reauth")
    assert "code" in answer_of(party.authorize(browser_of(ann)))


def test_a_role_that_asks_for_a_factor_counts_here(
    party: Party,
    ann: User,
) -> None:
    membership = MembershipFactory(user=ann, tenant=party.application.tenant)
    role = Role.objects.create(
        tenant=party.application.tenant, name="chief", mfa_required=True
    )
    membership.roles.add(role)
    browser = browser_of(ann, amr=["pwd"])
    assert party.authorize(browser)["Location"].startswith("/account/2fa/")


def test_a_tenant_that_wants_proven_addresses_is_not_entered_without_one() -> None:
    application = client_application()
    Tenant.objects.filter(pk=application.tenant_id).update(verification_required=True)
    ann: User = UserFactory(email="ann@example.com", verified=False)
    party, browser = Party(application), browser_of(ann)
    entry = party.authorize(browser)
    assert entry["Location"].startswith("/account/verify-first/?next=%2Foauth%2F")
    quiet = answer_of(party.authorize(browser, prompt="none"))
    assert quiet["error"] == "interaction_required"
    page = browser.get(entry["Location"])
    sent = browser.post(entry["Location"], {"csrfmiddlewaretoken": token_of(page)})
    assert sent["Location"] == entry["Location"]
    verification.verify_by_link(key=links.make(ann, VERIFY).partition("?key=")[2])
    onward = browser.get(entry["Location"])
    assert "code" in answer_of(browser.get(onward["Location"]))
