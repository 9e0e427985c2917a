"""Proving an address and a password."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import InvalidCredentials
from accounts.flows import Authenticated, Pending
from accounts.models import KnownAddress, User
from accounts.outbox.models import Delivery
from config.errors import InvalidInput, TooManyRequests, Unavailable
from tests.accounts.flows.doors import log_in, sign_up
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_an_unverified_address_is_asked_for_only_where_it_is_required() -> None:
    sign_up()

    free, asked = log_in(), log_in(required=True)

    assert isinstance(free, Authenticated)
    assert isinstance(asked, Pending)
    assert asked.code == "email_verification_required"
    assert asked.methods == ("email_code",)


def test_a_verified_address_signs_in_where_it_is_required() -> None:
    user = UserFactory(email="ann@example.com")

    outcome = log_in(required=True)

    assert isinstance(outcome, Authenticated)
    assert outcome.user_id == user.pk
    assert not Session.objects.exists()


def test_verification_mails_to_one_account_are_limited() -> None:
    sign_up()
    for _ in range(5):
        log_in(required=True)

    with pytest.raises(TooManyRequests):
        log_in(required=True)

    assert Delivery.objects.count() == 5
    assert isinstance(log_in(), Authenticated)


@pytest.mark.parametrize(
    ("email", "password", "outcome"),
    [
        ("ann@example.com", "wrong " + PASSWORD, "wrong password"),
        ("nobody@example.com", PASSWORD, "no such account"),
        ("gone@example.com", PASSWORD, "account disabled"),
        ("gone@example.com", "wrong " + PASSWORD, "wrong password"),
        ("bare@example.com", PASSWORD, "wrong password"),
    ],
)
def test_every_refusal_costs_one_hash_and_says_the_same(
    email: str,
    password: str,
    outcome: str,
    hashed: list[str],
) -> None:
    UserFactory(email="ann@example.com")
    UserFactory(email="gone@example.com", is_active=False)
    bare = UserFactory(email="bare@example.com")
    bare.set_unusable_password()
    bare.save()
    hashed.clear()

    with pytest.raises(InvalidCredentials) as refusal:
        log_in(email, password)

    assert len(hashed) == 1
    assert str(refusal.value) == InvalidCredentials.title
    event = Event.objects.get(action=Action.LOGIN_FAILED)
    assert (event.outcome, event.succeeded) == (outcome, False)
    assert event.target_label == email
    assert PASSWORD not in str(event.__dict__)


def test_what_is_no_address_is_refused_and_not_written_down(
    hashed: list[str],
) -> None:
    with pytest.raises(InvalidCredentials):
        log_in("my secret, typed into the wrong field")

    event = Event.objects.get()
    assert (event.target_label, event.outcome) == ("", "not an e-mail address")
    assert not hashed


@pytest.mark.parametrize("password", ["", "a\x00b" * 8, "\ud800" * 20, "x" * 1_000_000])
def test_a_password_nobody_can_have_is_refused_before_hashing(
    password: str,
    hashed: list[str],
) -> None:
    for attempt in (log_in, sign_up):
        with pytest.raises(InvalidInput) as refusal:
            attempt(password=password)
        assert refusal.value.errors[0].pointer == "#/password"

    assert not hashed
    assert not User.objects.exists()


@pytest.mark.parametrize("length", [72, 73, 80, 128])
def test_only_the_full_long_password_signs_in(length: int) -> None:
    password = ("pile of Ünusual words 7!" * 6)[:length]
    sign_up(password=password)

    assert isinstance(log_in(password=password), Authenticated)
    for wrong in (password[:-1], password[:71], password[:-1] + "?"):
        with pytest.raises(InvalidCredentials):
            log_in(password=wrong)


def test_a_password_is_the_same_in_every_unicode_form_and_keeps_its_spaces() -> None:
    sign_up(password="  Cafe\u0301 Angstro\u0308m \u212b ﬁve  ")

    assert isinstance(log_in(password="  Café Angström Å five  "), Authenticated)
    with pytest.raises(InvalidCredentials):
        log_in(password="Café Angström Å five")


def test_signing_in_rehashes_when_the_rounds_changed(settings: Any) -> None:
    user = UserFactory(email="ann@example.com")
    settings.BCRYPT_ROUNDS = 5

    log_in()
    user.refresh_from_db()
    assert user.password.split("$")[3] == "05"
    again = user.password
    log_in()

    user.refresh_from_db()
    assert user.password == again


def test_a_rehash_never_overwrites_a_password_changed_meanwhile(settings: Any) -> None:
    user = UserFactory(email="ann@example.com")
    settings.BCRYPT_ROUNDS = 5
    User.objects.filter(pk=user.pk).update(password="changed meanwhile")

    assert user.check_password(PASSWORD)

    user.refresh_from_db()
    assert user.password == "changed meanwhile"


def test_the_caller_is_remembered_only_after_a_full_sign_in() -> None:
    sign_up()
    assert not KnownAddress.objects.exists()

    log_in(required=True)
    assert not KnownAddress.objects.exists()
    log_in()

    assert KnownAddress.objects.get().ip == "192.0.2.7"


def test_reauthentication_wants_the_right_password() -> None:
    user = UserFactory()

    flows.reauthenticate(user=user, password=PASSWORD)
    with pytest.raises(InvalidCredentials):
        flows.reauthenticate(user=user, password="wrong " + PASSWORD)

    assert Event.objects.get().outcome == "wrong password on re-authentication"


def test_reauthentication_has_the_limit_of_a_sign_in() -> None:
    user = UserFactory()
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            flows.reauthenticate(user=user, password="wrong " + PASSWORD)

    with pytest.raises(TooManyRequests):
        flows.reauthenticate(user=user, password=PASSWORD)
    with pytest.raises(TooManyRequests):
        log_in(user.email)


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_no_more_tries_than_the_limit(
    together: Together,
    hashed: list[str],
) -> None:
    UserFactory(email="ann@example.com")
    hashed.clear()

    outcomes = together(40, lambda n: log_in(password=f"guess number {n} of many"))

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(InvalidCredentials) == 10
    assert kinds.count(TooManyRequests) == 30
    assert len(hashed) == 10


def test_reauthentication_counts_only_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory.create()

    def full(*args: Any) -> Any:
        raise Unavailable(retry_after=1)

    monkeypatch.setattr("accounts.hashers.Slots.one", full)
    for _ in range(12):
        with pytest.raises(Unavailable):
            flows.reauthenticate(user=user, password=PASSWORD)
    monkeypatch.undo()

    flows.reauthenticate(user=user, password=PASSWORD)
