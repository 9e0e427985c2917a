"""The end of an account."""

from typing import Any

import pytest

from accounts import services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.signals import account_disabled
from config.errors import Conflict, Forbidden, NotFound
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_deleted_user_is_gone_and_the_trail_stays() -> None:
    root, ann = UserFactory.create(is_superuser=True), UserFactory.create()
    told: list[Any] = []

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["user"].pk, kwargs["reason"]))

    account_disabled.connect(listen)
    try:
        services.delete_user(ann, acting_user=root)
    finally:
        account_disabled.disconnect(listen)

    assert not User.objects.filter(email=ann.email).exists()
    event = Event.objects.get(action=Action.USER_DELETED)
    assert event.target_label == ann.email
    assert [reason for _, reason in told] == [Action.USER_DELETED]


def test_deleting_twice_is_told() -> None:
    ann = UserFactory.create()
    again = User.objects.get(pk=ann.pk)
    services.delete_user(ann, acting_user=None)

    with pytest.raises(NotFound):
        services.delete_user(again, acting_user=None)


def test_the_last_superuser_cannot_be_deleted() -> None:
    root = UserFactory.create(is_superuser=True)

    with pytest.raises(Conflict):
        services.delete_user(root, acting_user=root)


def test_nobody_but_a_superuser_deletes() -> None:
    ann, staff = UserFactory.create(), UserFactory.create(is_staff=True)

    with pytest.raises(Forbidden):
        services.delete_user(ann, acting_user=staff)

    assert User.objects.filter(pk=ann.pk).exists()
