"""Another address: asked for, confirmed from the new, undone from the old."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import FlowInvalid, LinkInvalid
from accounts.flows import Pending
from accounts.flows.verification import is_filed, is_verified
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import User
from accounts.services import email, recovery
from config.errors import Forbidden, InvalidInput, TooManyRequests, Unavailable
from tests.accounts.flows.doors import log_in, mailed_code, sign_up
from tests.conftest import Together
from tests.factories import UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db

OLD, NEW = "Ann@example.com", "Ann.New@example.org"


@pytest.fixture
def ann() -> User:
    """Somebody with a proven address."""
    user: User = UserFactory.create(email=OLD)
    return user


def asked(
    user: User,
    to: str = NEW,
) -> str:
    """Ask for another address; return the key mailed there."""
    email.request_change(user, email=to, acting_user=user)
    return last_mail(to).key


def moved(
    user: User,
    to: str = NEW,
) -> User:
    """Change the address."""
    return email.confirm_change(key=asked(User.objects.get(pk=user.pk), to))


def test_asking_mails_the_new_address_a_link_and_the_old_a_notice(
    ann: User,
    settings: Any,
) -> None:
    asked(ann)
    new, old = mails()
    assert (new.to, old.to) == (NEW, OLD)
    assert new.url.startswith(f"{settings.ISSUER}/account/email/confirm/?key=")
    assert not old.url and NEW not in old.text and OLD not in new.text
    ann.refresh_from_db()
    assert ann.email == OLD
    assert Event.objects.get().action == Action.EMAIL_CHANGE_REQUESTED


def test_confirming_moves_the_person_and_keeps_their_sessions(ann: User) -> None:
    stale = links.make(ann, Purpose.RESET_PASSWORD).rpartition("=")[2]

    user = moved(ann)

    assert (user.email, user.email_key) == (NEW, "ann.new@example.org")
    assert user.epoch == 0
    row = EmailAddress.objects.get(user=user)
    assert (row.email, row.verified, row.primary) == (user.email_key, True, True)
    assert not is_filed("ann@example.com")
    assert Event.objects.filter(action=Action.EMAIL_CHANGED).count() == 1
    with pytest.raises(LinkInvalid):
        links.look(stale, Purpose.RESET_PASSWORD)
    mail = last_mail(OLD)
    assert "/account/email/undo/" in mail.url and "seven days" in mail.text


def test_a_confirming_link_works_once_and_only_the_newest(ann: User) -> None:
    first, second = asked(ann), asked(ann, "other@example.org")
    with pytest.raises(LinkInvalid):
        email.confirm_change(key=first)
    email.confirm_change(key=second)
    with pytest.raises(LinkInvalid):
        email.confirm_change(key=second)


def test_a_password_change_stops_an_address_change(ann: User) -> None:
    key = asked(ann)
    recovery.request_reset(email=OLD)
    recovery.confirm_reset(key=last_mail(OLD).key, password="seven green tractors")
    with pytest.raises(LinkInvalid):
        email.confirm_change(key=key)


def test_a_taken_address_costs_the_same_and_its_owner_is_told(ann: User) -> None:
    owner = UserFactory.create(email="Owner@example.org")
    costs = []
    for to in ("free@example.org", "\uff2fwner@example.org"):
        with CaptureQueriesContext(connection) as caught:
            email.request_change(ann, email=to, acting_user=ann)
        costs.append([q["sql"].split()[0] for q in caught.captured_queries])
    # the first request made the counter of this person
    assert costs[0][-8:] == costs[1][-8:]
    assert [m.to for m in mails() if m.to not in (OLD, "free@example.org")] == [
        owner.email
    ]
    assert not last_mail(owner.email).url


def test_an_address_taken_meanwhile_is_refused_and_nothing_changes(ann: User) -> None:
    key = asked(ann)
    UserFactory(email=NEW)
    for _ in range(2):
        with pytest.raises(LinkInvalid):
            email.confirm_change(key=key)
    ann.refresh_from_db()
    assert ann.email == OLD


def test_somebodys_second_address_is_taken_too(ann: User) -> None:
    key = asked(ann)
    EmailAddress.objects.create(user=UserFactory.create(), email=NEW.lower())
    with pytest.raises(LinkInvalid):
        email.confirm_change(key=key)


@pytest.mark.parametrize(
    "to", ["", "x", OLD, "a@x.io\r\nBcc: b@x.io", "a\x00@x.io", "\ud800@x.io"]
)
def test_what_is_no_new_address_is_refused(
    ann: User,
    to: str,
) -> None:
    with pytest.raises(InvalidInput):
        email.request_change(ann, email=to, acting_user=ann)
    assert not mails()


def test_another_spelling_of_ones_own_address_is_a_change_without_an_undo(
    ann: User,
) -> None:
    assert moved(ann, "ann@Example.com").email == "ann@Example.com"
    assert is_verified(ann.pk)
    assert not any("undo" in mail.url for mail in mails())


def test_an_unproven_old_address_gets_nothing() -> None:
    """It may be a stranger's, by a slip; who must not get a way in."""
    user = UserFactory.create(email=OLD, verified=False)
    assert is_verified(moved(user).pk)
    assert {mail.to for mail in mails()} == {NEW}


def test_only_the_person_may_ask_and_only_so_often(ann: User) -> None:
    with pytest.raises(Forbidden):
        email.request_change(ann, email=NEW, acting_user=UserFactory.create())
    for n in range(5):
        email.request_change(ann, email=f"n{n}@example.org", acting_user=ann)
    with pytest.raises(TooManyRequests):
        email.request_change(ann, email="n9@example.org", acting_user=ann)


def test_one_address_is_not_flooded_by_many_people() -> None:
    for _ in range(5):
        asked(UserFactory.create())
    with pytest.raises(TooManyRequests):
        asked(UserFactory.create())
    assert len(mails(NEW)) == 5


def test_a_link_serves_no_other_purpose(ann: User) -> None:
    key = asked(ann)
    with pytest.raises(LinkInvalid):
        email.undo_change(key=key)
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=key, password="seven green tractors at noon")


def test_a_pending_flow_cannot_act_on_the_new_address() -> None:
    sign_up(OLD)
    pending = log_in(OLD, required=True)
    assert isinstance(pending, Pending)
    flow, code = flows.waiting(pending.flow_token, flows.Purpose.EMAIL), mailed_code()
    user = moved(User.objects.get())
    for step in (
        lambda: flows.waiting(pending.flow_token, flows.Purpose.EMAIL),
        lambda: flows.verify_email(flow, code=code),
    ):
        with pytest.raises(FlowInvalid):
            step()
    assert EmailAddress.objects.get().email == user.email_key


def test_a_deadlock_is_tried_again_and_in_the_end_told(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, real, tries = asked(ann), links.claim, []

    def claim(
        key: str,
        purpose: Any,
    ) -> Any:
        tries.append(key)
        if len(tries) != 5:
            raise OperationalError("deadlock")
        return real(key, purpose)

    monkeypatch.setattr(links, "claim", claim)
    with pytest.raises(Unavailable):
        email.confirm_change(key=key)
    assert email.confirm_change(key=key).email == NEW


@pytest.mark.django_db(transaction=True)
def test_of_many_people_who_confirm_one_address_at_once_one_gets_it(
    together: Together,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "100/1h"}
    keys = [asked(UserFactory.create()) for _ in range(6)]
    said = together(6, lambda n: email.confirm_change(key=keys[n]))
    assert sum(isinstance(s, User) for s in said) == 1, said
    assert sum(isinstance(s, LinkInvalid) for s in said) == 5, said
    assert EmailAddress.objects.filter(email=NEW.lower()).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undo", [False, True])
def test_of_twelve_uses_at_once_one_wins(
    together: Together,
    undo: bool,
) -> None:
    user = UserFactory.create(email=OLD)
    key, use = asked(user), email.confirm_change
    if undo:
        email.confirm_change(key=key)
        key, use = last_mail(OLD).key, email.undo_change
    said = together(12, lambda n: use(key=key))
    assert sum(isinstance(s, User) for s in said) == 1, said
    assert sum(isinstance(s, LinkInvalid) for s in said) == 11, said
