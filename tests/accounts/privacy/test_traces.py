"""What people left in rows that are not theirs alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.audit.services import Party, record
from accounts.models import IdempotencyKey, User
from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail
from accounts.privacy import traces
from accounts.privacy.identifiers import ERASED
from config import context
from config.sessions import FlowStore, SessionStore
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVENTS, MAIL, SESSIONS, ANSWERS = traces.HOLDERS


@pytest.fixture
def ann() -> User:
    """Who is told, and erased."""
    user: User = UserFactory(email="Ann@example.com", name="Ann Lee")
    return user


@pytest.fixture
def bob() -> User:
    """Somebody else, whose traces stay."""
    user: User = UserFactory(email="bob@example.com", is_superuser=True)
    return user


def written(
    *args: Any,
    **kwargs: Any,
) -> Event:
    with context.entered(context.RequestContext(ip="192.0.2.7", user_agent="agent/1")):
        return record(*args, **kwargs)


def masked(event: Event) -> Event:
    return Event.objects.get(pk=event.pk)


def test_what_a_person_did_is_kept_without_telling_who_or_from_where(
    ann: User,
    bob: User,
) -> None:
    event = written(
        Action.USER_CHANGED,
        acting=ann,
        target=bob,
        outcome="Ann Lee from 192.0.2.7",
        details={"from": "before@example.com", "changed": ["name"]},
    )
    EVENTS.erase(ann)
    kept = masked(event)
    assert (kept.actor_label, kept.target_label) == (ERASED, bob.email)
    assert (kept.actor_id, kept.action) == (str(ann.pk), Action.USER_CHANGED)
    assert (kept.ip, kept.user_agent) == (None, "")
    assert kept.outcome == f"{ERASED} from {ERASED}"
    assert kept.details == {"from": ERASED, "changed": ["name"]}


def test_from_where_an_operator_acted_stays(
    ann: User,
    bob: User,
) -> None:
    event = written(Action.USER_DISABLED, acting=bob, target=ann)
    EVENTS.erase(ann)
    kept = masked(event)
    assert (kept.actor_label, kept.target_label) == (bob.email, ERASED)
    assert (kept.ip, kept.user_agent) == ("192.0.2.7", "agent/1")


@pytest.mark.parametrize("label", ["ann@example.com", "Ann@example.com"])
def test_a_guess_at_a_bare_address_is_theirs_too(
    ann: User,
    label: str,
) -> None:
    address = Party("address", label=label)
    event = written(Action.LOGIN_FAILED, acting=Party("anonymous"), target=address)
    EVENTS.erase(ann)
    assert (masked(event).target_label, masked(event).ip) == (ERASED, None)


def test_a_label_of_something_else_loses_the_address_alone(
    ann: User,
    bob: User,
) -> None:
    target = Party("membership", "7", "Ann@example.com in acme")
    event = written(Action.MEMBERSHIP_CREATED, acting=bob, target=target)
    EVENTS.erase(ann)
    assert masked(event).target_label == f"{ERASED} in acme"
    assert masked(event).ip == "192.0.2.7"


def test_events_of_others_are_untouched(
    ann: User,
    bob: User,
) -> None:
    longer = UserFactory(email="joann@example.com")
    events = [
        written(Action.USER_CHANGED, acting=other, target=other, outcome="192.0.2.7")
        for other in (bob, longer)
    ]
    before = list(Event.objects.values())
    EVENTS.erase(ann)
    assert list(Event.objects.values()) == before and len(events) == 2


def test_a_person_is_not_told_who_else_acted_and_from_where(
    ann: User,
    bob: User,
) -> None:
    written(Action.USER_DISABLED, acting=bob, target=ann)
    written(Action.LOGIN_SUCCEEDED, acting=ann, target=ann)
    written(Action.USER_CHANGED, acting=bob, target=bob)
    told: Any = EVENTS.export(ann)
    mine, theirs = told
    assert (mine["by"], mine["ip"]) == ("you", "192.0.2.7")
    assert (theirs["by"], theirs["ip"], theirs["user_agent"]) == ("user", None, "")
    assert bob.email not in str([mine, theirs])


def test_mail_that_waits_for_a_person_is_removed(ann: User) -> None:
    for to in ("ann@Example.com", "bob@example.com"):
        enqueue_mail(to=to, subject="Ann@example.com", text="a secret link")
    unreadable = Delivery.objects.create(kind="mail", payload="not ours")

    [told] = MAIL.export(ann)
    assert set(told) == {"kind", "created_at"}

    MAIL.erase(ann)
    assert Delivery.objects.count() == 2
    assert Delivery.objects.filter(pk=unreadable.pk).exists()


def test_browser_sessions_and_flows_of_a_person_end(
    ann: User,
    bob: User,
) -> None:
    for user in (ann, bob):
        browser, flow = SessionStore(), FlowStore()
        browser["_auth_user_id"] = str(user.pk)
        flow["flow"] = {"user_id": str(user.pk), "email_key": user.email_key}
        browser.create()
        flow.create()
    browser = SessionStore()
    browser["_auth_user_id"] = str(bob.pk)
    browser["note"] = f"disabled {ann.email}"
    browser.create()
    Session.objects.create(
        session_key="x",
        session_data="unreadable",
        expire_date=timezone.now() + timedelta(days=1),
    )

    assert len(SESSIONS.export(ann)) == 2
    SESSIONS.erase(ann)
    assert Session.objects.count() == 4 and SESSIONS.export(ann) == []


def test_answers_kept_for_a_person_go_and_those_that_name_them_are_blanked(
    ann: User,
    bob: User,
) -> None:
    def keep(
        caller: User,
        key: str,
        body: Any,
    ) -> None:
        IdempotencyKey.objects.create(
            caller=str(caller.pk), key=key, fingerprint="f", status=201, body=body
        )

    keep(ann, "mine", {"a": 1})
    keep(bob, "of-ann", {"email": ann.email})
    keep(bob, "by-id", {"user_id": str(ann.pk)})
    keep(bob, "other", {"email": "joann@example.com"})

    held: Any = ANSWERS.export(ann)
    assert [row["key"] for row in held] == ["mine"]
    ANSWERS.erase(ann)
    kept = IdempotencyKey.objects.values_list("key", "status", "body")
    assert sorted(kept, key=str) == [
        ("by-id", 201, None),
        ("of-ann", 201, None),
        ("other", 201, {"email": "joann@example.com"}),
    ]
