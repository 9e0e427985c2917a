"""The conversation with allauth, walked as its documentation says."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import flows
from accounts.backends import Attempt
from accounts.errors import InvalidCredentials, PasswordRefused
from accounts.flows import Authenticated, Pending, contract, verification
from accounts.models import User
from accounts.outbox import housekeeping
from config.errors import InvalidInput, TooManyRequests, Unavailable
from config.sessions import FlowStore, SessionStore
from tests.accounts.flows.doors import STATE, log_in, mailed_code, sign_up
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_browser_session_is_no_flow_token() -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(UserFactory().pk)
    session.save()

    assert flows.TokenStrategy().lookup_session(str(session.session_key)) is None


def step(
    name: str,
    body: dict[str, Any],
    flow_token: str,
) -> Authenticated | Pending:
    """Take a step of a pending flow."""
    return contract.take(name, body, Attempt(), flow_token=flow_token)


@pytest.mark.parametrize("begin", [sign_up, log_in])
def test_a_mailed_code_finishes_a_pending_flow(begin: Any) -> None:
    if begin is log_in:
        sign_up()
    pending = begin(required=True)

    done = step("auth/email/verify", {"key": mailed_code()}, pending.flow_token)

    user = User.objects.get()
    assert isinstance(done, Authenticated)
    assert (done.user_id, done.state) == (user.pk, STATE)
    assert done.amr == ("pwd",)
    assert verification.is_verified(user.pk)
    assert user.email == "ann@example.com"
    assert not Session.objects.exists()
    assert isinstance(log_in(required=True), Authenticated)


def test_a_wrong_code_leaves_the_flow_pending() -> None:
    pending = sign_up(required=True)
    assert isinstance(pending, Pending)

    with pytest.raises(InvalidInput) as refusal:
        step("auth/email/verify", {"key": "AAAA-AAAA"}, pending.flow_token)

    assert refusal.value.errors[0].code == "incorrect_code"
    assert not verification.is_verified(User.objects.get().pk)
    done = step("auth/email/verify", {"key": mailed_code()}, pending.flow_token)
    assert isinstance(done, Authenticated)


def test_the_flow_of_a_taken_address_never_finishes() -> None:
    UserFactory.create(email="ann@example.com")
    pending = sign_up(required=True)
    assert isinstance(pending, Pending)
    kept = FlowStore(session_key=pending.flow_token).load()
    code = kept["account_email_verification_code"]

    with pytest.raises(InvalidInput):
        step("auth/email/verify", {"key": "AAAA-AAAA"}, pending.flow_token)

    assert "user_id" not in code


def test_an_unknown_flow_token_is_refused() -> None:
    with pytest.raises(InvalidCredentials):
        step("auth/email/verify", {"key": "AAAA-AAAA"}, "unknown")


def test_a_user_disabled_meanwhile_does_not_get_in() -> None:
    pending = sign_up(required=True)
    assert isinstance(pending, Pending)
    User.objects.update(is_active=False)

    with pytest.raises(InvalidCredentials):
        step("auth/email/verify", {"key": mailed_code()}, pending.flow_token)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"status": 429}, TooManyRequests),
        (
            {"status": 400, "errors": [{"code": "too_many_login_attempts"}]},
            TooManyRequests,
        ),
        ({"status": 401, "data": {"flows": [{"id": "login"}]}}, InvalidCredentials),
        (
            {
                "status": 400,
                "errors": [{"code": "weak", "message": "no", "param": "password"}],
            },
            PasswordRefused,
        ),
        ({"status": 500}, Unavailable),
    ],
)
def test_every_refusal_of_allauth_becomes_one_of_ours(
    answer: dict[str, Any],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        contract._outcome(answer, Attempt())


def test_the_methods_are_named_as_rfc_8176_does() -> None:
    assert contract._amr([{"method": "password"}, {"method": "x"}]) == ["pwd", "x"]
    assert contract.AMR["webauthn"] == "pop"
    assert contract._amr([]) == ["pwd"]


def test_a_flow_waits_an_hour_and_is_then_thrown_away() -> None:
    pending = sign_up(email="ann@example.com", required=True)
    assert isinstance(pending, Pending)
    row = Session.objects.get()
    waits = (row.expire_date - timezone.now()).total_seconds()
    assert contract.FLOW_SECONDS - 60 < waits <= contract.FLOW_SECONDS
    assert housekeeping.purge_browser_sessions() == 0
    Session.objects.update(expire_date=timezone.now())
    assert housekeeping.purge_browser_sessions() == 1


def test_a_refusal_leaves_no_flow_behind() -> None:
    UserFactory(email="ann@example.com", verified=False)
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            log_in(password="not the password at all")
    assert not Session.objects.exists()
