"""The device code grant: pending, too fast, over, refused, or tokens, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Membership
from tenants.services import applications, memberships
from tenants.services.tenants import suspend_tenant
from tests.conftest import Together
from tests.factories import UserFactory
from tests.tokens.oidc.boxes import (
    Box,
    allow,
    box,
    browser_with,
    decide,
    rest,
    session_of,
)
from tests.tokens.oidc.party import unread
from tokens import verification
from tokens.models import Session
from tokens.oidc.models import Consent, DeviceCode
from tokens.oidc.services import consents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def tv() -> Box:
    return box()


def waited(seconds: float) -> None:
    """Have the last poll be so long ago."""
    DeviceCode.objects.update(polled_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.spec("RFC 8628 3.4", "RFC 8628 3.5", "RFC 9068 2.2")
def test_once_allowed_a_device_has_tokens_of_its_person(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes(scope="openid email orders:read")
    code = given["device_code"]
    assert tv.told(code) == "authorization_pending"
    assert allow(ann, given["user_code"]).status_code == 200
    response = tv.poll(code)
    body = response.json()
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    assert body["scope"] == "openid email orders:read"
    claims = verification.verify(body["access_token"], audience=None).claims
    assert claims["sub"] == str(ann.pk)
    assert claims["aud"] == tv.application.apis.get().identifier
    told = unread(body["id_token"])
    assert told["email"] == ann.email and "nonce" not in told
    session = session_of(tv)
    assert told["sid"] == str(session.sid)
    assert session.login_id == DeviceCode.objects.get().login_id
    assert tv.refresh(body["refresh_token"]).status_code == 200


@pytest.mark.spec("RFC 8628 3.5")
def test_a_device_that_polls_too_fast_slows_down_for_good(tv: Box) -> None:
    code = tv.codes()["device_code"]
    assert tv.told(code) == "authorization_pending"
    assert tv.told(code) == "slow_down"
    assert DeviceCode.objects.get().interval == 10
    waited(8)
    assert tv.told(code) == "slow_down"
    assert DeviceCode.objects.get().interval == 15
    waited(15)
    assert tv.told(code) == "authorization_pending"
    waited(13)
    assert tv.told(code) == "slow_down"


@pytest.mark.spec("RFC 8628 3.5")
def test_a_device_that_keeps_its_interval_is_never_slowed_down(tv: Box) -> None:
    code = tv.codes()["device_code"]
    for _ in range(3):
        assert tv.told(code) == "authorization_pending"
        waited(4.5)  # the network was slow the time before
    assert DeviceCode.objects.get().interval == 5


def test_the_interval_grows_no_longer_than_the_code_lives(tv: Box) -> None:
    code = tv.codes()["device_code"]
    DeviceCode.objects.update(interval=600, polled_at=timezone.now())
    assert tv.told(code) == "slow_down"
    assert DeviceCode.objects.get().interval == 600


@pytest.mark.spec("RFC 8628 3.5")
@pytest.mark.parametrize("was", ["waiting", "allowed", "refused"])
def test_a_code_that_is_over_has_expired(
    tv: Box,
    ann: User,
    was: str,
) -> None:
    given = tv.codes()
    if was != "waiting":
        decision = "allow" if was == "allowed" else "deny"
        decide(browser_with(ann), given["user_code"], decision)
    past = timezone.now() - timedelta(seconds=1)
    assert DeviceCode.objects.get().expires_at < timezone.now() + timedelta(minutes=10)
    DeviceCode.objects.update(expires_at=past)
    assert tv.told(given["device_code"]) == "expired_token"
    assert not Session.objects.filter(application=tv.application).exists()


@pytest.mark.spec("RFC 8628 3.5")
def test_a_refused_device_is_denied_each_time(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    decide(browser_with(ann), given["user_code"], "deny")
    polls = [tv.told(given["device_code"]) for _ in range(3)]
    assert polls == ["access_denied"] * 3


@pytest.mark.spec("RFC 6749 5.2")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"device_code": None}, "invalid_request"),
        ({"device_code": "nothing"}, "invalid_grant"),
        ({"device_code": "\u00e9" * 9000}, "invalid_grant"),
        ({"device_code": "a\u0000"}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
    ],
)
def test_a_wrong_poll_changes_nothing(
    tv: Box,
    given: dict[str, Any],
    error: str,
) -> None:
    code = tv.codes()["device_code"]
    assert tv.told(**{"device_code": code, **given}) == error
    assert tv.told(code) == "authorization_pending"


@pytest.mark.spec("RFC 8628 3.4")
def test_a_code_is_another_clients_to_nobody(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    assert box().told(given["device_code"]) == "invalid_grant"
    assert tv.told(given["device_code"]) == "tokens"


def test_a_client_that_lost_the_grant_gets_nothing(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    type(tv.application).objects.update(grants=["refresh_token"])
    assert tv.told(given["device_code"]) == "unauthorized_client"


def test_the_user_code_is_no_device_code(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    assert tv.told(given["user_code"]) == "invalid_grant"


def test_a_code_that_comes_back_ends_the_session_it_made(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    body = tv.poll(given["device_code"]).json()
    assert tv.told(given["device_code"]) == "invalid_grant"
    assert tv.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
    assert session_of(tv).revoked_at
    assert Event.objects.filter(action=Action.CODE_REUSED).count() == 1
    assert tv.told(given["device_code"]) == "invalid_grant"


@pytest.mark.parametrize(
    "reason",
    ["disabled", "signed out", "application", "tenant", "member", "erased"],
)
def test_what_ended_between_allowing_and_polling_gives_no_tokens(
    tv: Box,
    ann: User,
    reason: str,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    tenant = tv.application.tenant
    if reason == "disabled":
        accounts.disable_user(ann, acting_user=None)
    elif reason == "signed out":
        accounts.sign_out_everywhere(ann, acting_user=ann)
    elif reason == "application":
        applications.suspend_application(tv.application, acting_user=None)
    elif reason == "tenant":
        suspend_tenant(tenant, acting_user=None)
    elif reason == "member":
        mine = Membership.objects.get(user=ann, tenant=tenant)
        memberships.suspend_membership(mine, acting_user=None)
    else:
        DeviceCode.objects.get().login.delete()  # type: ignore[union-attr]
    assert tv.told(given["device_code"]) in ("invalid_grant", "invalid_client")


def test_a_consent_taken_back_before_the_poll_gives_no_tokens(ann: User) -> None:
    tv = box(is_first_party=False)
    given = tv.codes(scope="openid")
    allow(ann, given["user_code"])
    consents.revoke(Consent.objects.get(user=ann), acting_user=ann)
    assert tv.told(given["device_code"]) == "invalid_grant"


def test_a_device_allowed_while_its_consent_went_gives_no_tokens(ann: User) -> None:
    tv = box(is_first_party=False)
    given = tv.codes(scope="openid")
    allow(ann, given["user_code"])
    Consent.objects.all().delete()
    assert tv.told(given["device_code"]) == "invalid_grant"


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RFC 8628 3.5")
def test_of_parallel_polls_one_is_in_time(
    tv: Box,
    together: Together,
) -> None:
    code = tv.codes()["device_code"]
    for _ in range(2):
        before = DeviceCode.objects.get().interval
        said = together(6, lambda _: tv.told(code))
        assert sorted(said) == ["authorization_pending", *["slow_down"] * 5], said
        assert DeviceCode.objects.get().interval == before + 25
        rest()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_exchanges_one_wins_and_its_session_ends(
    tv: Box,
    ann: User,
    together: Together,
) -> None:
    given = tv.codes()
    allow(ann, given["user_code"])
    said = together(8, lambda _: tv.told(given["device_code"]))
    assert said.count("tokens") <= 1 and set(said) <= {"tokens", "invalid_grant"}, said
    sessions = Session.objects.filter(application=tv.application)
    assert [bool(s.revoked_at) for s in sessions] == [True]
