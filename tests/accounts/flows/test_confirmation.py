"""Proving an address by the mailed code: counted, single use, and the same for the taken."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.backends import NOBODY
from accounts.errors import CodeInvalid, FlowInvalid
from accounts.flows import (
    Authenticated,
    Pending,
    confirmation,
    pending,
    verification,
)
from accounts.models import KnownAddress, SpentCode, User
from accounts.outbox.models import Delivery
from config.errors import TooManyRequests
from config.sessions import FlowStore
from tests.accounts.flows.doors import STATE, log_in, mailed_code, sign_up
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

WRONG = "AAAA-AAAA"


def begun(begin: Any = sign_up) -> flows.Waiting:
    """Return a flow that waits."""
    pending = begin(required=True)
    assert isinstance(pending, Pending)
    return flows.waiting(pending.flow_token, flows.Purpose.EMAIL)


def test_the_code_finishes_the_flow_once() -> None:
    flow, code = begun(), mailed_code()

    done = flows.verify_email(flow, code=code)

    user = User.objects.get()
    assert isinstance(done, Authenticated)
    assert (done.user_id, done.state, done.amr) == (user.pk, STATE, ("pwd",))
    assert verification.is_verified(user.pk)
    assert KnownAddress.objects.get().user == user
    assert Event.objects.get(action=Action.EMAIL_VERIFIED).target_id == str(user.pk)
    for again in (
        lambda: flows.verify_email(flow, code=code),
        lambda: begun_again(flow),
    ):
        with pytest.raises(FlowInvalid):
            again()
    assert not Session.objects.exists()


def begun_again(flow: flows.Waiting) -> flows.Waiting:
    """Look the flow up as a second request would."""
    return flows.waiting(flow.flow_token, flows.Purpose.EMAIL)


def test_a_wrong_code_is_recorded_without_the_code_and_not_spent() -> None:
    flow = begun()

    with pytest.raises(CodeInvalid):
        flows.verify_email(flow, code=WRONG)

    event = Event.objects.get(action=Action.VERIFICATION_FAILED)
    assert (event.outcome, event.succeeded) == ("wrong code", False)
    assert event.target_label == "ann@example.com"
    written = str([vars(e) for e in Event.objects.all()])
    for secret in (WRONG, mailed_code(), flow.flow_token):
        assert secret not in written
    assert not SpentCode.objects.exists()
    assert isinstance(flows.verify_email(flow, code=mailed_code()), Authenticated)


@pytest.mark.parametrize("taken", [False, True])
def test_a_flow_dies_after_three_wrong_codes_taken_or_not(taken: bool) -> None:
    if taken:
        UserFactory(email="ann@example.com")
    flow = begun()
    assert (flow.user_id == NOBODY) is taken

    refusals = []
    for _ in range(5):
        with pytest.raises((CodeInvalid, FlowInvalid)) as refusal:
            flows.verify_email(flow, code=WRONG)
        refusals.append(refusal.type)

    assert refusals == [CodeInvalid] * 3 + [FlowInvalid] * 2


def test_not_even_its_own_code_finishes_the_flow_of_a_taken_address() -> None:
    owner = UserFactory.create(email="ann@example.com")
    flow = begun()
    kept = FlowStore(session_key=flow.flow_token).load()
    code = kept["account_email_verification_code"]["code"]

    with pytest.raises(CodeInvalid):
        flows.verify_email(flow, code=code)

    assert Event.objects.get(action=Action.VERIFICATION_FAILED).target_id == str(
        owner.pk
    )


def test_another_code_kills_the_one_before() -> None:
    flow, first = begun(), mailed_code()

    again = flows.resend_code(flow)

    assert (again.flow_token, again.methods) == (flow.flow_token, ("email_code",))
    second = mailed_code()
    assert second != first
    with pytest.raises(CodeInvalid):
        flows.verify_email(flow, code=first)
    assert isinstance(flows.verify_email(flow, code=second), Authenticated)


@pytest.mark.parametrize("taken", [False, True])
def test_five_codes_an_hour_are_sent_anew_and_every_one_costs_a_mail(
    taken: bool,
) -> None:
    if taken:
        UserFactory(email="ann@example.com")
    flow = begun()
    mails = Delivery.objects.count()
    flows.resend_code(flow)
    assert Delivery.objects.count() == mails + 1

    for _ in range(4):
        flows.resend_code(flow)
    with pytest.raises(TooManyRequests) as refusal:
        flows.resend_code(flow)

    assert refusal.value.retry_after


def test_resends_to_a_taken_address_leave_its_owner_theirs() -> None:
    sign_up()
    flow = begun()
    for _ in range(5):
        flows.resend_code(flow)

    assert isinstance(log_in(required=True), Pending)


def test_a_flow_that_allauth_let_run_out_sends_nothing() -> None:
    flow = begun()
    session = FlowStore(session_key=flow.flow_token)
    session["account_email_verification_code"]["at"] -= 3600
    session.save()

    with pytest.raises(FlowInvalid):
        flows.resend_code(flow)
    with pytest.raises(FlowInvalid):
        flows.verify_email(flow, code=mailed_code())


def test_a_flow_that_ran_out_is_over() -> None:
    flow = begun()
    Session.objects.update(expire_date=timezone.now())

    for late in (
        lambda: begun_again(flow),
        lambda: flows.resend_code(flow),
        lambda: flows.verify_email(flow, code=mailed_code()),
    ):
        with pytest.raises(FlowInvalid):
            late()


@pytest.mark.parametrize("change", [{"is_active": False}, {"epoch": 1}])
def test_what_ends_a_person_ends_their_pending_flows(change: dict[str, Any]) -> None:
    flow = begun()
    User.objects.update(**change)

    with pytest.raises(FlowInvalid):
        begun_again(flow)


def test_who_is_disabled_after_the_look_stays_out_and_unverified() -> None:
    flow = begun()
    User.objects.update(is_active=False)

    with pytest.raises(FlowInvalid):
        flows.verify_email(flow, code=mailed_code())

    assert not verification.is_verified(flow.user_id)


def test_a_second_flow_of_a_meanwhile_proven_address_is_over() -> None:
    first, code = begun(), mailed_code()
    second = begun(log_in)
    other = mailed_code()

    assert isinstance(flows.verify_email(first, code=code), Authenticated)
    with pytest.raises(FlowInvalid):
        flows.verify_email(second, code=other)


def test_a_code_that_is_spent_stays_spent_whatever_the_flow_says() -> None:
    flow, code = begun(), mailed_code()
    spelled = f" {code.lower().replace('-', '')}"
    assert pending.spend("verify_email", flow.flow_token, pending.plain(spelled))

    with pytest.raises(FlowInvalid):
        flows.verify_email(flow, code=code)


def test_wrong_codes_are_limited_per_account_and_ip(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"login_account": "2/15m"}
    flow = begun()
    for _ in range(2):
        with pytest.raises(CodeInvalid):
            flows.verify_email(flow, code=WRONG)

    with pytest.raises(TooManyRequests) as refusal:
        flows.verify_email(flow, code=mailed_code())

    assert refusal.value.retry_after


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_codes_finish_one_flow_once(together: Together) -> None:
    flow, code = begun(), mailed_code()

    outcomes = together(20, lambda n: flows.verify_email(flow, code=code))

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(Authenticated) == 1
    assert set(kinds) <= {Authenticated, FlowInvalid, TooManyRequests}
    assert SpentCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_three_tries(together: Together) -> None:
    flow = begun()

    outcomes = together(10, lambda n: flows.verify_email(flow, code=f"BBBB-BBB{n}"))

    kinds = [type(outcome) for outcome in outcomes]
    assert (kinds.count(CodeInvalid), kinds.count(FlowInvalid)) == (3, 7)


def test_spent_codes_are_thrown_away_after_a_day() -> None:
    SpentCode.objects.create(digest="new")
    SpentCode.objects.create(
        digest="old", created_at=timezone.now() - timedelta(days=2)
    )

    assert confirmation.purge() == 1
    assert SpentCode.objects.get().digest == "new"
