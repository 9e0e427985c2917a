"""Sign-up and sign-in, as the endpoints and the console use them."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from accounts import flows, hashers
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, InvalidCredentials, PasswordRefused
from accounts.flows import Authenticated, Pending
from accounts.models import KnownAddress, User
from accounts.outbox.models import Delivery
from config.errors import InvalidInput, TooManyRequests
from tests.accounts.conftest import Together
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

STATE = {"client_id": "default", "audience": "https://api.example.com"}


def log_in(
    email: str = "ann@example.com",
    password: str = PASSWORD,
    required: bool = False,
) -> Authenticated | Pending:
    return flows.log_in(
        email=email, password=password, verification_required=required, state=STATE
    )


def sign_up(
    email: str = "ann@example.com",
    password: str = PASSWORD,
    required: bool = False,
    name: str = "Ann",
) -> Authenticated | Pending:
    return flows.sign_up(
        email=email,
        password=password,
        name=name,
        verification_required=required,
        state=STATE,
    )


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every bcrypt that runs: the work that a caller could time."""
    seen: list[str] = []
    encode = hashers.BCryptSHA256PasswordHasher.encode

    def counting(self: Any, password: str, salt: Any) -> str:
        seen.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(hashers.BCryptSHA256PasswordHasher, "encode", counting)
    return seen


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
    session = Session.objects.get(session_key=outcome.flow_token).get_decoded()
    assert session["flow"] == {"verification_required": True, "state": STATE}


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


def test_the_owner_of_a_taken_address_is_not_flooded_with_mail() -> None:
    UserFactory(email="ann@example.com")

    for _ in range(7):
        assert isinstance(sign_up(required=True), Pending)

    assert Delivery.objects.count() == 5


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


def test_a_weak_password_is_refused_and_nothing_is_stored() -> None:
    with pytest.raises(PasswordRefused) as refusal:
        sign_up(password="password1234567")

    assert refusal.value.errors[0].code == "too_common"
    assert not User.objects.exists()


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


def test_a_browser_session_is_no_flow_token() -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(UserFactory().pk)
    session.save()

    assert flows.TokenStrategy().lookup_session(session.session_key) is None


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
