"""Granting rights in the console."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.audit.models import Event
from accounts.models import User
from accounts.rights import Rights, rights_of, set_rights
from config.errors import Conflict, Forbidden
from tests.factories import UserFactory

STAFF = Rights(True, False, frozenset({"accounts.view_user", "audit.view_event"}))
NOBODY = Rights(False, False, frozenset())
ROOT = Rights(True, True, frozenset())


@pytest.fixture
def root(db: None) -> User:
    user: User = UserFactory.create(is_staff=True, is_superuser=True)
    return user


def test_a_superuser_grants_rights_and_it_is_recorded(root: User) -> None:
    alice = UserFactory.create()
    set_rights(alice, rights=STAFF, acting_user=root)
    assert rights_of(User.objects.get(pk=alice.pk)) == STAFF
    event = Event.objects.get(action="account:rights:changed")
    assert event.actor_id == str(root.pk)
    assert event.target_id == str(alice.pk)
    assert event.details["granted"] == ["accounts.view_user", "audit.view_event"]


def test_rights_are_withdrawn_exactly(root: User) -> None:
    alice = UserFactory.create()
    set_rights(alice, rights=STAFF, acting_user=root)
    set_rights(alice, rights=NOBODY, acting_user=root)
    assert rights_of(User.objects.get(pk=alice.pk)) == NOBODY
    assert Event.objects.first().details["withdrawn"] == [  # type: ignore[union-attr]
        "accounts.view_user",
        "audit.view_event",
    ]


def test_the_same_rights_again_are_no_event(root: User) -> None:
    set_rights(root, rights=ROOT, acting_user=root)
    assert not Event.objects.exists()


@pytest.mark.parametrize("rights", [ROOT, STAFF])
def test_staff_grant_nothing_not_even_to_themselves(
    rights: Rights,
    root: User,
) -> None:
    mallory = UserFactory.create(is_staff=True)
    with pytest.raises(Forbidden):
        set_rights(mallory, rights=rights, acting_user=mallory)
    assert rights_of(User.objects.get(pk=mallory.pk)).permissions == frozenset()
    assert not User.objects.get(pk=mallory.pk).is_superuser


def test_a_disabled_superuser_grants_nothing(root: User) -> None:
    former = UserFactory.create(is_superuser=True, is_active=False)
    with pytest.raises(Forbidden):
        set_rights(UserFactory.create(), rights=ROOT, acting_user=former)


def test_the_last_superuser_stays_one(root: User) -> None:
    UserFactory.create(is_superuser=True, is_active=False)
    with pytest.raises(Conflict):
        set_rights(root, rights=STAFF, acting_user=root)
    assert User.objects.get(pk=root.pk).is_superuser


@pytest.mark.django_db(transaction=True)
def test_two_superusers_cannot_demote_each_other_at_once() -> None:
    one, two = (UserFactory.create(is_superuser=True, is_staff=True) for _ in "ab")
    start = threading.Barrier(2)

    def demote(pair: tuple[User, User]) -> bool:
        start.wait()
        try:
            set_rights(pair[1], rights=NOBODY, acting_user=pair[0])
        except (Conflict, Forbidden):
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [(one, two), (two, one)]))
    assert done.count(True) == 1
    assert User.objects.filter(is_superuser=True).count() == 1
