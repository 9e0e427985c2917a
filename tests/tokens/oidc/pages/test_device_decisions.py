"""Who may decide about a device, once, and what comes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import urlencode

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.services import disable_user
from tenants.models import Membership, Tenant
from tenants.services.applications import suspend_application
from tenants.services.memberships import suspend_membership
from tests.authenticators import has_app
from tests.factories import TenantFactory, UserFactory
from tests.tokens.oidc.boxes import (
    PAGE,
    Box,
    box,
    browser_with,
    decide,
    decided,
    type_code,
)
from tests.tokens.pages.people import Browser, text, went
from tokens.models import Login, Session
from tokens.oidc.models import Consent, DeviceCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
WRONG = "This code is wrong, or its time is over."
BY_PASSWORD = {"amr": ["pwd"]}


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def tv() -> Box:
    return box(client_uri="https://tv.example")


def test_nobody_decides_who_is_not_signed_in(
    tv: Box,
    ann: User,
) -> None:
    code = tv.codes()["user_code"]
    browser = browser_with(ann)
    path = went(type_code(browser, code))
    for login in Login.objects.filter(user=ann):
        login.sessions.update(revoked_at=timezone.now())
    assert went(browser.post(path, decision="allow")) == (
        "/account/login/?next=%2Foauth%2Fdevice"
    )
    assert went(type_code(Browser(), code)).startswith("/account/login/")
    assert decided() == (False, False)


def test_a_decision_is_guarded_against_other_sites(
    tv: Box,
    ann: User,
) -> None:
    code = tv.codes()["user_code"]
    browser = browser_with(ann)
    path = went(type_code(browser, code))
    forged = browser.client.post(path, {"decision": "allow"})
    assert forged.status_code == 403
    assert browser.client.post(PAGE, {"user_code": code}).status_code == 403
    assert browser.get(f"{path}&decision=allow").status_code == 200
    assert decided() == (False, False)


@pytest.mark.spec("RFC 8628 3.3")
def test_only_who_was_shown_a_request_decides_it(
    tv: Box,
    ann: User,
) -> None:
    path = went(type_code(browser_with(ann), tv.codes()["user_code"]))
    bob = browser_with(UserFactory())
    elsewhere = browser_with(ann)
    for browser in (bob, elsewhere):
        assert "This request is over" in text(browser.get(path))
        assert "This request is over" in text(browser.post(path, decision="allow"))
    assert decided() == (False, False)


def test_another_person_in_the_same_browser_was_shown_nothing(
    tv: Box,
    ann: User,
) -> None:
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    kept = browser.client.session
    kept["devices"] = dict.fromkeys(kept["devices"], str(UserFactory().pk))
    kept.save()
    assert "This request is over" in text(browser.post(path, decision="allow"))
    kept["devices"] = "of another version"
    kept.save()
    assert "This request is over" in text(browser.get(path))
    assert decided() == (False, False)


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_a_decision_is_recorded_and_told(
    tv: Box,
    ann: User,
    decision: str,
) -> None:
    answer = decide(browser_with(ann), tv.codes(scope="openid")["user_code"], decision)
    allowed = decision == "allow"
    assert decided() == (allowed, not allowed)
    told = "You can go back to your device" if allowed else "The device was refused"
    assert f"<h1>{told}</h1>" in text(answer)
    action = Action.DEVICE_APPROVED if allowed else Action.DEVICE_DENIED
    event = Event.objects.get(action=action)
    assert event.actor_id == event.target_id == str(ann.pk)
    assert event.tenant_id == tv.application.tenant_id
    assert event.details["client_id"] == tv.application.client_id
    assert not Session.objects.filter(application=tv.application).exists()


def test_a_second_decision_does_nothing(
    tv: Box,
    ann: User,
) -> None:
    code = tv.codes()["user_code"]
    browser, another = browser_with(ann), browser_with(ann)
    paths = [went(type_code(b, code)) for b in (browser, another)]
    browser.post(paths[0], decision="allow")
    for again in (browser, another):
        answer = again.post(paths[0], decision="deny")
        assert "This request is over" in text(answer)
    assert decided() == (True, False)
    assert WRONG in text(type_code(another, code))


@pytest.mark.parametrize("decision", ["", "yes", "ALLOW", "allow "])
def test_what_is_no_decision_decides_nothing(
    tv: Box,
    ann: User,
    decision: str,
) -> None:
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    assert went(browser.post(path, decision=decision)) == path
    assert decided() == (False, False)


@pytest.mark.parametrize("reason", ["expired", "suspended", "tenant"])
def test_what_is_over_is_neither_found_nor_decided(
    tv: Box,
    ann: User,
    reason: str,
) -> None:
    code = tv.codes()["user_code"]
    browser = browser_with(ann)
    path = went(type_code(browser, code))
    if reason == "expired":
        past = timezone.now() - timedelta(seconds=1)
        DeviceCode.objects.update(expires_at=past)
    elif reason == "suspended":
        suspend_application(tv.application, acting_user=None)
    else:
        Tenant.objects.filter(pk=tv.application.tenant_id).update(
            suspended_at=timezone.now()
        )
    assert "This request is over" in text(browser.get(path))
    assert "This request is over" in text(browser.post(path, decision="allow"))
    assert WRONG in text(type_code(browser, code))
    assert decided() == (False, False)


def test_a_disabled_person_is_not_signed_in(
    tv: Box,
    ann: User,
) -> None:
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    disable_user(ann, acting_user=None)
    assert went(browser.post(path, decision="allow")).startswith("/account/login/")
    assert decided() == (False, False)


def test_who_is_no_member_is_told_and_may_only_refuse(ann: User) -> None:
    closed = TenantFactory(registration=Tenant.Registration.INVITE)
    tv = box(tenant=closed)
    browser = browser_with(ann)
    answer = type_code(browser, tv.codes()["user_code"])
    assert answer.status_code == 403
    assert "You are not a member" in text(answer) and "You cannot go on" in text(answer)
    path = f"{PAGE}?device={DeviceCode.objects.get().pk}"
    assert browser.post(path, decision="allow").status_code == 403
    assert decided() == (False, False)
    browser.post(path, decision="deny")
    assert decided() == (False, True)


def test_who_is_suspended_in_the_tenant_meanwhile_is_not_let_in(
    tv: Box,
    ann: User,
) -> None:
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    mine = Membership.objects.get(user=ann, tenant=tv.application.tenant)
    suspend_membership(mine, acting_user=None)
    assert browser.post(path, decision="allow").status_code == 403
    assert decided() == (False, False)


@pytest.mark.parametrize("has_one", [True, False])
def test_a_tenant_that_wants_a_second_factor_gets_one_first(
    ann: User,
    has_one: bool,
) -> None:
    tv = box(tenant=TenantFactory(mfa_required=True))
    if has_one:
        has_app(ann)
    browser = browser_with(ann, **BY_PASSWORD)
    path = went(type_code(browser, tv.codes()["user_code"]))
    way = "reauthenticate" if has_one else "2fa"
    first = went(browser.get(path))
    assert first.startswith(f"/account/{way}/")
    assert first.endswith(urlencode({"next": path}))
    assert went(browser.post(path, decision="allow")) == path
    assert decided() == (False, False)
    Login.objects.filter(user=ann).update(amr=["pwd", "otp", "mfa"])
    browser.post(path, decision="allow")
    assert decided() == (True, False)


def test_a_consent_to_a_third_party_is_remembered(ann: User) -> None:
    tv = box(is_first_party=False)
    decide(browser_with(ann), tv.codes(scope="openid email")["user_code"])
    consent = Consent.objects.get()
    assert (consent.user, consent.application) == (ann, tv.application)
    assert consent.scope == "openid email"
    assert consent.audience == tv.application.apis.get().identifier


@pytest.mark.parametrize(
    "traits", [{"is_first_party": True}, {"is_first_party": False}]
)
def test_no_consent_is_remembered_without_need(
    ann: User,
    traits: dict[str, bool],
) -> None:
    tv = box(**traits)
    decision = "allow" if traits["is_first_party"] else "deny"
    decide(browser_with(ann), tv.codes(scope="openid")["user_code"], decision)
    assert not Consent.objects.exists()


def test_somebody_else_may_sign_in_instead(
    tv: Box,
    ann: User,
) -> None:
    code = tv.codes()["user_code"]
    browser = browser_with(ann)
    path = went(type_code(browser, code))
    sign_in = went(browser.post(path, decision="switch"))
    assert sign_in == "/account/login/?next=%2Foauth%2Fdevice"
    assert not browser.is_in()
    bob = UserFactory(email="bob@example.com")
    assert went(browser.log_in(bob.email, path=sign_in)) == PAGE
    assert "This request is over" in text(browser.get(path))
    decide(browser, code)
    login = DeviceCode.objects.get().login
    assert login is not None and login.user == bob


def test_a_tenant_that_wants_proven_addresses_gets_one_first() -> None:
    bob = UserFactory(verified=False)
    tv = box(tenant=TenantFactory(verification_required=True))
    browser = browser_with(bob)
    path = went(type_code(browser, tv.codes()["user_code"]))
    assert went(browser.get(path)).startswith("/account/verify-first/?next=")
    assert went(browser.post(path, decision="allow")) == path
    assert decided() == (False, False)
