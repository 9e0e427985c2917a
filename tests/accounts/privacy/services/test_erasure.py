"""Erasing: who may, who is due, what happens at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.outbox import housekeeping
from accounts.privacy import holders, services
from accounts.privacy.holders import Holder
from accounts.privacy.identifiers import ERASED
from accounts.privacy.services import erasure
from accounts.services.users import NewUser, user_of
from accounts.signals import account_disabled
from config.errors import Conflict, Forbidden, NotFound
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def due(**traits: Any) -> User:
    """Return somebody whose time is over."""
    past = timezone.now() - timedelta(seconds=1)
    user: User = UserFactory(is_active=False, erase_at=past, **traits)
    return user


def test_an_erasure_is_told_with_nothing_personal() -> None:
    ann, told = UserFactory(email="ann@example.com"), []

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["reason"], kwargs["user"].pk, kwargs["user"].email))

    account_disabled.connect(listen)
    try:
        erased = services.erase_user(ann, acting_user=None)
    finally:
        account_disabled.disconnect(listen)

    assert erased.erased_at and not erased.is_active
    assert told == [(Action.USER_ERASED, ann.pk, f"erased-{ann.pk}@erased.invalid")]
    event = Event.objects.get()
    assert event.action == Action.USER_ERASED
    assert (event.target_id, event.target_label) == (str(ann.pk), ERASED)


def test_erasing_twice_is_erasing_once() -> None:
    ann = UserFactory()
    first = services.erase_user(ann, acting_user=None).erased_at
    assert services.erase_user(ann, acting_user=None).erased_at == first
    assert Event.objects.count() == 1


def test_only_superusers_erase() -> None:
    ann = UserFactory()
    for stranger in (ann, UserFactory(is_staff=True)):
        with pytest.raises(Forbidden):
            services.erase_user(ann, acting_user=stranger)
    with pytest.raises(NotFound):
        services.erase_user(User(), acting_user=None)


def test_a_superuser_who_erases_themselves_leaves_no_trace(caller: Any) -> None:
    root = UserFactory(is_superuser=True, email="root@example.com")
    with pytest.raises(Conflict):
        services.erase_user(root, acting_user=root)
    UserFactory(is_superuser=True)

    services.erase_user(root, acting_user=root)

    event = Event.objects.get()
    assert (event.actor_label, event.target_label, event.ip) == (ERASED, ERASED, None)


def test_the_erased_cannot_be_enabled_and_are_found_by_nobody() -> None:
    ann = services.erase_user(UserFactory(), acting_user=None)
    with pytest.raises(Conflict):
        accounts.enable_user(ann, acting_user=None)
    with pytest.raises(NotFound):
        user_of(ann.email)


def test_the_address_is_free_for_somebody_new() -> None:
    ann = UserFactory(email="ann@example.com")
    services.erase_user(ann, acting_user=None)
    new = accounts.create_user(NewUser(email="Ann@example.com"), acting_user=None)
    assert new.pk != ann.pk


def test_housekeeping_erases_those_due_and_nobody_else() -> None:
    gone = due()
    later = UserFactory(is_active=False, erase_at=timezone.now() + timedelta(minutes=5))
    shut, active = UserFactory(is_active=False), UserFactory()

    housekeeping.run()

    erased = User.objects.exclude(erased_at=None)
    assert list(erased) == [gone]
    assert {later, shut, active} <= set(User.objects.filter(erased_at=None))
    assert erasure.erase_due() == 0


def test_one_that_fails_stops_no_other_and_is_erased_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    people = [due() for _ in range(3)]

    def fail(user: User) -> None:
        if user == people[0]:
            raise RuntimeError("no")

    kept = {**holders._holders, "z.z": Holder("z.z", (), lambda user: [], fail)}
    monkeypatch.setattr(holders, "_holders", kept)
    monkeypatch.setattr(erasure, "BATCH", 2)

    assert erasure.erase_due() == 2

    assert list(User.objects.filter(erased_at=None)) == [people[0]]
    people[0].refresh_from_db()
    assert people[0].name == "A Person"
    assert str(people[0].pk) in str(caplog.records[0].__dict__)
    assert people[0].email not in caplog.text


def test_a_round_erases_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    for _ in range(3):
        due()
    assert [erasure.erase_due() for _ in range(3)] == [2, 1, 0]


def test_a_round_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "ROUND_SECONDS", -1.0)
    for _ in range(2):
        due()
    assert [erasure.erase_due() for _ in range(3)] == [1, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_erase_each_person_once(together: Together) -> None:
    for _ in range(3):
        due()

    outcomes = together(4, lambda n: erasure.erase_due())

    assert sum(outcomes) == 3
    assert Event.objects.filter(action=Action.USER_ERASED).count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_erasure_and_an_enabling_at_once_do_one_of_both(
    together: Together,
) -> None:
    for _ in range(4):
        ann = due()

        def work(
            number: int,
            user: User = ann,
        ) -> Any:
            if number:
                return erasure.erase_due()
            return accounts.enable_user(user, acting_user=None)

        enabled, erased = together(2, work)

        now = User.objects.get(pk=ann.pk)
        assert now.is_active is (now.erased_at is None) is (erased == 0)
        assert isinstance(enabled, Conflict) is (erased == 1), enabled
