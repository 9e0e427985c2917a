"""Who is locked out, from where, and until when."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import lockouts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import InvalidCredentials
from accounts.flows import Authenticated
from accounts.models import Attempts, KnownAddress, Lockout, User
from accounts.services import lift_lockouts
from config import context
from config.errors import TooManyRequests, Unavailable
from tests.accounts.flows.doors import log_in
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

WRONG = "not the right password"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


def fail(
    times: int,
    email: str = "ann@example.com",
) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            log_in(email, WRONG)


def calling_from(ip: str | None) -> Any:
    return context.entered(context.RequestContext(ip=ip))


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_ten_failures_lock_an_address_whether_or_not_it_exists(
    email: str,
    ann: User,
) -> None:
    fail(10, email)

    with pytest.raises(TooManyRequests) as refusal:
        log_in(email)

    assert refusal.value.retry_after is not None
    assert 890 <= refusal.value.retry_after <= 900
    assert Lockout.objects.get().email_key == email
    locked = Event.objects.get(action=Action.USER_LOCKED)
    assert locked.outcome.startswith("locked until ") and locked.target_label == email
    failed = Event.objects.filter(action=Action.LOGIN_FAILED)
    assert failed.filter(outcome__startswith="locked until ").count() == 1


def test_every_spelling_of_an_address_is_the_same_lock(ann: User) -> None:
    fail(5)
    fail(5, "ＡNN@Example.com")

    with pytest.raises(TooManyRequests):
        log_in(" ann@example.com")


def test_a_lockout_holds_for_one_ip_and_one_address(ann: User) -> None:
    UserFactory.create(email="bob@example.com")
    fail(10)

    assert isinstance(log_in("bob@example.com"), Authenticated)
    with calling_from("192.0.2.8"):
        assert isinstance(log_in(), Authenticated)


def test_a_known_ip_is_never_locked_out(ann: User) -> None:
    log_in()
    fail(12)

    assert isinstance(log_in(), Authenticated)
    assert not Lockout.objects.exists()


def test_nine_failures_and_a_success_lock_nobody(ann: User) -> None:
    fail(9)

    assert isinstance(log_in(), Authenticated)
    assert isinstance(log_in(), Authenticated)
    assert sorted(Attempts.objects.values_list("count", flat=True)) == [9, 9]


def test_a_success_resets_nobody_else_s_failures(ann: User) -> None:
    UserFactory.create(email="mallory@example.com")
    fail(9)
    log_in("mallory@example.com")
    fail(1)

    with pytest.raises(TooManyRequests):
        log_in()


def test_one_ip_has_a_hundred_failures_for_all_accounts_together() -> None:
    for number in range(100):
        fail(1, f"person{number}@example.com")

    with pytest.raises(TooManyRequests):
        log_in("another@example.com")

    assert Event.objects.filter(action=Action.LOGIN_REFUSED).count() == 1
    with calling_from("192.0.2.8"):
        fail(1, "another@example.com")


def test_a_lockout_ends(ann: User) -> None:
    fail(10)
    past = timezone.now() - timedelta(seconds=1)
    Lockout.objects.update(locked_until=past)
    Attempts.objects.update(window_ends_at=past)

    assert isinstance(log_in(), Authenticated)
    assert lockouts.purge() == 1


def test_a_second_lockout_replaces_the_first(ann: User) -> None:
    fail(10)
    past = timezone.now() - timedelta(seconds=1)
    Lockout.objects.update(locked_until=past)
    Attempts.objects.update(window_ends_at=past)
    fail(10)

    assert Lockout.objects.get().locked_until > timezone.now()
    assert Event.objects.filter(action=Action.USER_LOCKED).count() == 2


def test_an_operator_lifts_a_lockout(ann: User) -> None:
    root = UserFactory.create(is_superuser=True)
    fail(10)

    assert lift_lockouts(ann, acting_user=root) == 1

    assert isinstance(log_in(), Authenticated)
    event = Event.objects.get(action=Action.USER_UNLOCKED)
    assert (event.actor_id, event.target_id) == (str(root.pk), str(ann.pk))


def test_a_lockout_can_be_lifted_for_one_ip(ann: User) -> None:
    fail(10)
    with calling_from("198.51.100.9"):
        fail(10)

    assert lockouts.lift(ann.email_key, ip=lockouts.caller()) == 1

    assert Lockout.objects.get().ip == "198.51.100.9"
    assert isinstance(log_in(), Authenticated)


def test_a_lockout_is_lifted_by_its_address() -> None:
    fail(10, "nobody@example.com")

    assert lift_lockouts("Nobody@example.com", acting_user=None) == 1

    fail(1, "nobody@example.com")


def test_what_was_no_guess_is_not_counted(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*args: Any) -> Iterator[None]:
        raise Unavailable(retry_after=1)

    monkeypatch.setattr("accounts.hashers.Slots.one", full)
    for _ in range(12):
        with pytest.raises(Unavailable):
            log_in()
    monkeypatch.undo()

    assert isinstance(log_in(), Authenticated)


def test_limits_can_be_switched_off(
    ann: User,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    fail(15)

    assert isinstance(log_in(), Authenticated)
    assert not Attempts.objects.exists()


@pytest.mark.parametrize(
    ("ip", "known_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "0.0.0.0"),
        ("not an address", "0.0.0.0"),
    ],
)
def test_a_caller_is_an_address_or_a_network(
    ip: str | None,
    known_as: str,
) -> None:
    with calling_from(ip):
        assert lockouts.caller() == known_as


def test_nowhere_is_not_remembered(ann: User) -> None:
    with calling_from(None):
        lockouts.remember(ann.pk)

    assert not KnownAddress.objects.exists()


def test_a_known_ip_is_refreshed_once_an_hour(ann: User) -> None:
    lockouts.remember(ann.pk)
    long_ago = timezone.now() - timedelta(days=1)
    KnownAddress.objects.update(last_used_at=long_ago)
    lockouts.remember(ann.pk)
    fresh = KnownAddress.objects.get().last_used_at
    lockouts.remember(ann.pk)

    assert fresh > long_ago
    assert KnownAddress.objects.get().last_used_at == fresh


@pytest.mark.django_db(transaction=True)
def test_parallel_failures_lock_once(together: Together) -> None:
    outcomes = together(30, lambda n: log_in("ann@example.com", f"{WRONG} {n}"))

    assert {type(o) for o in outcomes} == {InvalidCredentials, TooManyRequests}
    assert Lockout.objects.count() == 1
    assert Event.objects.filter(action=Action.USER_LOCKED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_sign_ins_remember_the_ip_once(
    ann: User,
    together: Together,
) -> None:
    outcomes = together(10, lambda n: log_in())

    assert {type(o) for o in outcomes} == {Authenticated}
    assert KnownAddress.objects.count() == 1
    assert set(Attempts.objects.values_list("count", flat=True)) == {0}


def test_an_address_unused_for_half_a_year_is_forgotten(ann: User) -> None:
    log_in()
    assert lockouts.purge() == 0
    old = timezone.now() - timedelta(days=181)
    KnownAddress.objects.update(last_used_at=old)
    assert lockouts.purge() == 1
    assert not KnownAddress.objects.exists()


def test_what_is_no_address_counts_as_a_failure_too() -> None:
    for _ in range(100):
        with pytest.raises(InvalidCredentials):
            log_in("no address")
    with pytest.raises(TooManyRequests):
        log_in("no address")
    assert Event.objects.filter(outcome="not an e-mail address").count() == 100
