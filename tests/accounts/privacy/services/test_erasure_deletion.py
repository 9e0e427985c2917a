"""The end of an account."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import Lockout, User
from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail
from accounts.privacy import services
from accounts.privacy.identifiers import ERASED
from accounts.signals import account_disabled
from config.errors import Conflict, Forbidden, NotFound
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_deleted_user_is_gone_and_the_trail_stays() -> None:
    root, ann = UserFactory.create(is_superuser=True), UserFactory.create()
    told: list[Any] = []
    pk = ann.pk

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["user"].pk, kwargs["reason"]))

    account_disabled.connect(listen)
    try:
        services.delete_user(ann, acting_user=root)
    finally:
        account_disabled.disconnect(listen)

    assert not User.objects.filter(email=ann.email).exists()
    event = Event.objects.get(action=Action.USER_DELETED)
    assert (event.target_id, event.target_label) == (str(pk), ERASED)
    assert [reason for _, reason in told] == [Action.USER_DELETED]


def test_what_hangs_from_a_bare_address_goes_with_its_user() -> None:
    ann = UserFactory.create()
    enqueue_mail(to=ann.email, subject="Hello", text="Hello")
    Lockout.objects.create(
        email_key=ann.email_key, ip="192.0.2.7", locked_until=timezone.now()
    )

    services.delete_user(ann, acting_user=None)

    assert not Delivery.objects.exists() and not Lockout.objects.exists()


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
