"""A forgotten password: who is mailed, what the link does, and what it leaves behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import lockouts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid, MfaRequired, PasswordRefused
from accounts.flows import Authenticated, Pending
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import Lockout, MailLink, User
from accounts.services import change_password, recovery, sign_out_everywhere
from accounts.signals import credentials_changed
from config.errors import InvalidInput, TooManyRequests
from tests.accounts.flows.doors import log_in, sign_up
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db

NEW = "seven green tractors at noon"
EMAIL = "ann@example.com"


@pytest.fixture
def ann() -> User:
    """Somebody with a proven address."""
    user: User = UserFactory.create(email=EMAIL, name="Ann")
    return user


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    """Collect what the apps above are told."""
    told: list[dict[str, Any]] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs | {"atomic": connection.in_atomic_block})

    credentials_changed.connect(listen)
    yield told
    credentials_changed.disconnect(listen)


def asked(email: str = EMAIL) -> str:
    """Ask for a reset; return the mailed key."""
    recovery.request_reset(email=email)
    return last_mail().key


def test_the_link_leads_below_the_issuer_for_an_hour_and_keeps_where_one_came_from(
    ann: User,
    settings: Any,
) -> None:
    recovery.request_reset(email=EMAIL, client_id="shop")
    mail = last_mail(EMAIL)
    assert mail.url.startswith(f"{settings.ISSUER}/account/password/reset/key/?key=")
    assert "one hour" in mail.text and "Ann" not in mail.text
    assert MailLink.objects.get().data == {"client_id": "shop"}
    assert Event.objects.get().action == Action.RESET_REQUESTED
    assert mail.key not in str(Event.objects.values())


def test_only_the_stored_spelling_is_mailed() -> None:
    UserFactory(email="Ann@Example.com")
    UserFactory(email="ánn@example.com")
    for alike in ("\uff21nn@example.com", "ANN@EXAMPLE.COM ", "ann@example.com"):
        recovery.request_reset(email=alike)
    assert {mail.to for mail in mails()} == {"Ann@Example.com"}


def work(email: str) -> list[str]:
    """Return the kinds of statements that a request costs."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        recovery.request_reset(email=email)
    return [q["sql"].split()[0] for q in caught.captured_queries]


def test_known_and_unknown_addresses_cost_the_same(hashed: list[str]) -> None:
    UserFactory(email="known@example.com")
    UserFactory(email="unproven@example.com", verified=False)
    UserFactory(email="disabled@example.com", is_active=False)
    social = UserFactory.create(email="social@example.com")
    social.set_unusable_password()
    social.save()
    names = ("known", "unknown", "unproven", "disabled", "social")
    recovery.request_reset(email="first@example.com")  # makes the counter of this IP
    hashed.clear()
    costs = {name: work(f"{name}@example.com") for name in names}
    assert all(cost == costs["known"] for cost in costs.values()), costs
    assert hashed == []
    told = {mail.to.partition("@")[0] for mail in mails()}
    assert told == {"known", "unproven", "social"}
    again = {name: work(f"{name}@example.com") for name in names}
    assert all(cost == again["known"] for cost in again.values()), again


def test_a_hundred_requests_give_five_mails_and_answer_alike(
    ann: User,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"reset_ip": "1000/1h"}
    for _ in range(100):
        recovery.request_reset(email=EMAIL)
    assert len(mails()) == 5
    assert recovery.confirm_reset(key=last_mail().key, password=NEW) == ann
    assert Event.objects.filter(
        action=Action.RESET_REQUESTED, succeeded=False
    ).count() == (95)


def test_an_ip_may_ask_only_so_often_for_whomever(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"reset_ip": "2/1h"}
    for name in ("a", "b"):
        recovery.request_reset(email=f"{name}@example.com")
    with pytest.raises(TooManyRequests):
        recovery.request_reset(email="c@example.com")


def test_resets_use_up_no_verification_mails(ann: User) -> None:
    sign_up("bob@example.com")
    for _ in range(7):
        recovery.request_reset(email="bob@example.com")
    assert isinstance(log_in("bob@example.com", required=True), Pending)


@pytest.mark.parametrize(
    "email", ["", "x", "a@b@c", "a@x.io\r\nBcc: b@x.io", "a\x00@x.io", "\ud800@x.io"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput):
        recovery.request_reset(email=email)
    assert not mails()


def test_a_reset_sets_the_password_and_ends_everything(
    ann: User,
    heard: list[dict[str, Any]],
) -> None:
    key = asked()
    change = links.make(ann, Purpose.CHANGE_EMAIL, email_key="b@x.io")
    undo = links.make(
        ann, Purpose.UNDO_EMAIL_CHANGE, email_key="o@x.io", data={"email": "o@x.io"}
    )

    user = recovery.confirm_reset(key=key, password=NEW)

    assert (user.epoch, user.check_password(NEW)) == (1, True)
    assert isinstance(log_in(password=NEW), Authenticated)
    (told,) = heard
    assert (told["signal"], told["keep_login"]) == (credentials_changed, None)
    assert (told["reason"], told["atomic"]) == (Action.PASSWORD_RESET, True)
    assert "was just changed" in last_mail(EMAIL).text
    assert user.name == "Ann"
    assert Event.objects.filter(action=Action.PASSWORD_RESET).count() == 1
    for dead, purpose in (
        (key, Purpose.RESET_PASSWORD),
        (change, Purpose.CHANGE_EMAIL),
    ):
        with pytest.raises(LinkInvalid):
            links.look(dead.rpartition("=")[2], purpose)
    # or whoever moved an account away would reset the way back too
    assert links.look(undo.rpartition("=")[2], Purpose.UNDO_EMAIL_CHANGE)


def test_a_refused_password_leaves_the_link(ann: User) -> None:
    key = asked()
    for bad in ("short", "ann@example.com ann@example.com", "", "a\x00" * 20):
        with pytest.raises(PasswordRefused) as refusal:
            recovery.confirm_reset(key=key, password=bad)
        assert refusal.value.errors[0].pointer == "#/password"
    assert recovery.confirm_reset(key=key, password=NEW)


def test_hashing_is_outside_the_transaction(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    depth = len(connection.savepoint_ids)
    seen: list[int] = []

    def hashing(password: str) -> str:
        seen.append(len(connection.savepoint_ids))
        return make_password(password)

    monkeypatch.setattr(recovery, "make_password", hashing)
    recovery.confirm_reset(key=asked(), password=NEW)
    assert seen == [depth]


def test_an_unknown_link_costs_no_hash(hashed: list[str]) -> None:
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key="x", password=NEW)
    assert hashed == []


def test_a_newer_request_a_sign_in_and_other_changes_kill_the_link(ann: User) -> None:
    def sign_in() -> None:
        User.objects.update(last_login=MailLink.objects.latest("id").created_at)

    def new_password() -> None:
        change_password(
            ann, new_password=f"{NEW} yes", keep_login=None, acting_user=ann
        )

    for kill in (
        lambda: asked(),
        sign_in,
        new_password,
        lambda: sign_out_everywhere(ann, acting_user=ann),
        lambda: User.objects.update(email_key="moved@example.com"),
    ):
        links.void(ann)
        key = links.make(User.objects.get(), Purpose.RESET_PASSWORD).rpartition("=")[2]
        assert links.look(key, Purpose.RESET_PASSWORD)
        kill()
        with pytest.raises(LinkInvalid):
            recovery.confirm_reset(key=key, password=NEW)


def test_a_second_factor_is_asked_for_before_the_link_is_used(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, depth, given = asked(), len(connection.savepoint_ids), []

    def ask(
        user: User,
        proof: Any,
    ) -> None:
        given.append((user, proof, len(connection.savepoint_ids)))
        if not proof:
            raise MfaRequired(extra={"flow_token": "f", "methods": ("totp",)})

    monkeypatch.setattr(recovery, "_second_factor", ask)
    with pytest.raises(MfaRequired):
        recovery.confirm_reset(key=key, password=NEW)
    recovery.confirm_reset(key=key, password=NEW, proof={"code": "1"})
    assert given == [(ann, None, depth), (ann, {"code": "1"}, depth)]


def test_the_factor_is_asked_for_by_a_good_link_of_a_proven_account_only() -> None:
    user = UserFactory(email=EMAIL)
    key = asked()
    assert recovery.ask_factor(key=key) is None
    has_app(user)
    begun = recovery.ask_factor(key=key)
    assert begun is not None and begun.methods == ("totp",)
    assert MailLink.objects.get().claimed_at is None
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert recovery.ask_factor(key=key) is None, "the factors are the maker's"
    with pytest.raises(LinkInvalid):
        recovery.ask_factor(key="none")


def test_a_person_without_a_password_gets_their_first(ann: User) -> None:
    ann.set_unusable_password()
    ann.save()
    recovery.confirm_reset(key=asked(), password=NEW)
    assert isinstance(log_in(password=NEW), Authenticated)


def test_the_lockout_of_the_callers_ip_is_lifted_and_no_other(ann: User) -> None:
    later = "2999-01-01T00:00:00Z"
    for ip in (lockouts.caller(), "198.51.100.9"):
        Lockout.objects.create(email_key=EMAIL, ip=ip, locked_until=later)
    recovery.confirm_reset(key=asked(), password=NEW)
    assert Lockout.objects.get().ip == "198.51.100.9"
    assert isinstance(log_in(password=NEW), Authenticated)


def test_a_disabled_persons_link_is_dead(ann: User) -> None:
    key = asked()
    User.objects.update(is_active=False)
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=key, password=NEW)


def test_a_link_sets_its_own_persons_password_only(ann: User) -> None:
    bob = UserFactory.create()
    recovery.confirm_reset(key=asked(bob.email), password=NEW)
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_of_twelve_uses_at_once_one_wins(together: Together) -> None:
    UserFactory(email=EMAIL)
    key = asked()
    said = together(
        12, lambda n: recovery.confirm_reset(key=key, password=f"{NEW} {n}")
    )
    (winner,) = [n for n, s in enumerate(said) if isinstance(s, User)]
    assert sum(isinstance(s, LinkInvalid) for s in said) == 11, said
    assert User.objects.get().check_password(f"{NEW} {winner}")
    assert Event.objects.filter(action=Action.PASSWORD_RESET).count() == 1


@pytest.mark.django_db(transaction=True)
def test_twelve_requests_at_once_are_all_taken(together: Together) -> None:
    UserFactory(email=EMAIL)
    said = together(12, lambda n: recovery.request_reset(email=EMAIL))
    assert said == [None] * 12
    assert len(mails()) == 5
