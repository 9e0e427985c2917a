"""Making an account of one's own."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError

from accounts import flows
from accounts.adapter import AccountAdapter
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, PasswordRefused
from accounts.flows import Authenticated, Pending
from accounts.models import User
from accounts.outbox.models import Delivery
from config import context
from config.errors import InvalidInput, TooManyRequests, Unavailable
from config.sessions import FlowStore
from tests.accounts.flows.doors import STATE, log_in, sign_up
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_signing_up_without_verification_proves_the_person_at_once() -> None:
    outcome = sign_up(" Ann@Example.COM ")

    user = User.objects.get()
    assert isinstance(outcome, Authenticated)
    assert (outcome.user_id, outcome.amr) == (user.pk, ("pwd",))
    assert (user.email, user.email_key) == ("Ann@Example.COM", "ann@example.com")
    assert user.name == "Ann"
    assert not Session.objects.exists()
    assert Event.objects.get().action == Action.USER_REGISTERED
    assert not Delivery.objects.exists()


def test_a_taken_address_is_a_conflict_only_without_verification() -> None:
    sign_up()

    with pytest.raises(EmailTaken):
        sign_up("ＡNN@example.com")

    assert isinstance(sign_up("ＡNN@example.com", required=True), Pending)
    assert User.objects.count() == 1


def test_signing_up_with_verification_answers_alike_for_free_and_taken_addresses(
    hashed: list[str],
) -> None:
    free = sign_up(required=True)
    work, mails = len(hashed), Delivery.objects.count()
    taken = sign_up(required=True)

    assert isinstance(free, Pending) and isinstance(taken, Pending)
    assert (free.code, free.methods) == (taken.code, taken.methods)
    assert free.flow_token != taken.flow_token and free.flow_token and taken.flow_token
    assert len(hashed) - work == work == 1
    assert Delivery.objects.count() - mails == mails == 1
    assert User.objects.count() == 1


def test_a_pending_flow_keeps_what_it_was_begun_for() -> None:
    outcome = sign_up(required=True)

    assert isinstance(outcome, Pending)
    session = FlowStore(session_key=outcome.flow_token).load()
    user = User.objects.get()
    assert session["flow"] == {
        "verification_required": True,
        "state": STATE,
        "amr": [],
        "user_id": str(user.pk),
        "epoch": 0,
        "email_key": "ann@example.com",
    }


def test_without_a_password_none_is_usable() -> None:
    made = flows.sign_up(
        email="ann@example.com",
        password=None,
        name="",
        verification_required=False,
        state=STATE,
    )
    assert isinstance(made, Authenticated) and made.amr == ("fed",)
    assert not User.objects.get().has_usable_password()


def test_the_owner_of_a_taken_address_is_not_flooded_with_mail() -> None:
    UserFactory(email="ann@example.com")

    for _ in range(7):
        assert isinstance(sign_up(required=True), Pending)

    assert Delivery.objects.count() == 5


def test_a_weak_password_is_refused_and_nothing_is_stored() -> None:
    with pytest.raises(PasswordRefused) as refusal:
        sign_up(password="password1234567")

    assert refusal.value.errors[0].code == "too_common"
    assert not User.objects.exists()


LOOK_ALIKES = [
    "kelvin@bücher.example",
    "KELVIN@BÜCHER.EXAMPLE",
    "\u212aelvin@bücher.example",
    "ｋｅｌｖｉｎ@bücher.example",
    "kelvin@bu\u0308cher.example",
    "kelvin@xn--bcher-kva.example",
    "kelvin@XN--BCHER-KVA.example",
    " kelvin@bücher.example ",
    "kelvin＠bücher.example",
    "kelvin@bücher。example",
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("required", [False, True])
def test_fifty_parallel_sign_ups_of_one_address_make_one_user(
    required: bool,
    together: Together,
) -> None:
    outcomes = together(
        50, lambda n: sign_up(LOOK_ALIKES[n % len(LOOK_ALIKES)], required=required)
    )

    assert User.objects.count() == 1
    assert Event.objects.filter(action=Action.USER_REGISTERED).count() == 1
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    if required:
        assert kinds == ["Pending"] * 50
    else:
        assert kinds == ["Authenticated"] + ["EmailTaken"] * 49


@pytest.mark.django_db(transaction=True)
def test_addresses_that_only_look_alike_are_different_people(
    together: Together,
) -> None:
    people = [
        "admin@example.com",
        "ádmin@example.com",
        "adm\u0131n@example.com",
        "admin@exámple.com",
        "аdmin@example.com",
        "admin.@example.com"[:5] + "s@example.com",
    ]
    assert len({email_key(p) for p in people}) == len(people)

    outcomes = together(len(people), lambda n: sign_up(people[n]))

    assert {type(outcome) for outcome in outcomes} == {Authenticated}
    for person in people:
        outcome = log_in(person)
        assert isinstance(outcome, Authenticated)
        assert User.objects.get(pk=outcome.user_id).email == person


def test_one_ip_signs_up_a_hundred_times_an_hour(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"register_ip": "3/1h"}
    for number in range(3):
        sign_up(f"person{number}@example.com", required=bool(number % 2))

    for required in (True, False):
        with pytest.raises(TooManyRequests):
            sign_up("another@example.com", required=required)

    assert User.objects.count() == 3
    with context.entered(context.RequestContext(ip="192.0.2.8")):
        sign_up("another@example.com")


def test_what_is_no_address_signs_nobody_up() -> None:
    with pytest.raises(InvalidInput) as refusal:
        sign_up("no address")

    assert refusal.value.errors[0].pointer == "#/email"


def test_a_taken_second_address_is_taken_too() -> None:
    user = UserFactory.create(email="ann@example.com")
    user.emailaddress_set.create(email="second@example.com")

    with pytest.raises(EmailTaken):
        sign_up("second@example.com")


@pytest.mark.parametrize("required", [False, True])
def test_who_loses_the_race_is_answered_as_if_the_address_had_been_taken(
    required: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saving = AccountAdapter.save_user

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(AccountAdapter, "save_user", saving)
        raise IntegrityError("somebody was faster")

    monkeypatch.setattr(AccountAdapter, "save_user", overtaken)
    taken = iter([False, True])
    monkeypatch.setattr(
        "accounts.flows.registration._is_taken", lambda key: next(taken)
    )

    if required:
        assert isinstance(sign_up(required=True), Pending)
    else:
        with pytest.raises(EmailTaken):
            sign_up()


def test_a_database_that_stays_busy_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("deadlock")

    monkeypatch.setattr(AccountAdapter, "save_user", busy)

    with pytest.raises(Unavailable) as refusal:
        sign_up()

    assert refusal.value.retry_after
