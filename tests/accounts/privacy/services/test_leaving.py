"""Leaving, coming back in time, and what operators have to say about it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid
from accounts.models import MailLink, User
from accounts.outbox.models import Delivery
from accounts.privacy import services
from accounts.signals import account_disabled
from config.encryption import decrypt
from config.errors import Conflict, Forbidden
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def leave(user: User) -> str:
    """Leave, and return the key of the letter's link."""
    services.request_erasure(user, acting_user=user)
    return mailed_key()


def mailed_key() -> str:
    """Return the key of the link in the last letter."""
    text = json.loads(decrypt(Delivery.objects.latest("id").payload))["text"]
    found = re.search(r"/account/keep/\?key=(\S+)", text)
    assert found, text
    return found[1]


def as_stored(user: User) -> tuple[bool, bool]:
    """Return whether a user is active, and whether they are leaving."""
    now = User.objects.get(pk=user.pk)
    return now.is_active, now.erase_at is not None


def test_leaving_shuts_the_account_and_says_until_when(settings: Any) -> None:
    ann = UserFactory(name="Ann")
    told: list[Any] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs["reason"])

    account_disabled.connect(listen)
    try:
        services.request_erasure(ann, acting_user=ann)
    finally:
        account_disabled.disconnect(listen)

    grace = timedelta(days=settings.ERASURE_GRACE_DAYS)
    assert not ann.is_active and ann.epoch == 1
    assert abs(ann.erase_at - timezone.now() - grace) < timedelta(minutes=1)
    assert told == [Action.ERASURE_REQUESTED]
    assert Event.objects.get().action == Action.ERASURE_REQUESTED
    assert MailLink.objects.get().expires_at == ann.erase_at
    payload = json.loads(decrypt(Delivery.objects.get().payload))
    assert payload["to"] == ann.email and "Ann" in payload["text"]
    assert f"{ann.erase_at:%Y-%m-%d %H:%M}" in payload["text"]
    assert re.search(r"^Keep my account: https?://\S+$", payload["text"], re.M)


def test_nobody_leaves_for_another() -> None:
    with pytest.raises(Forbidden):
        services.request_erasure(
            UserFactory(), acting_user=UserFactory(is_superuser=True)
        )


def test_the_last_superuser_stays() -> None:
    root = UserFactory(is_superuser=True)
    with pytest.raises(Conflict):
        services.request_erasure(root, acting_user=root)
    assert as_stored(root) == (True, False)


def test_leaving_twice_is_a_conflict_and_mails_once() -> None:
    ann = UserFactory()
    leave(ann)
    with pytest.raises(Conflict):
        services.request_erasure(ann, acting_user=ann)
    assert Delivery.objects.count() == 1


def test_the_link_takes_it_back_once() -> None:
    ann = UserFactory()
    key = leave(ann)

    services.keep_account(key)

    assert as_stored(ann) == (True, False)
    assert Event.objects.first().action == Action.ERASURE_CANCELLED  # type: ignore[union-attr]
    with pytest.raises(LinkInvalid):
        services.keep_account(key)


def test_a_link_of_an_earlier_leaving_does_not_take_back_a_later_one() -> None:
    ann = UserFactory()
    first = leave(ann)
    services.keep_account(first)
    ann.refresh_from_db()
    second = leave(ann)
    with pytest.raises(LinkInvalid):
        services.keep_account(first)
    services.keep_account(second)
    assert as_stored(ann) == (True, False)


def test_the_link_is_dead_once_the_time_is_over() -> None:
    ann = UserFactory()
    key = leave(ann)
    past = timezone.now() - timedelta(seconds=1)
    User.objects.update(erase_at=past)
    with pytest.raises(LinkInvalid):
        services.keep_account(key)
    assert as_stored(ann) == (False, True)


def test_who_was_disabled_meanwhile_does_not_come_back_by_link() -> None:
    ann = UserFactory()
    key = leave(ann)

    accounts.disable_user(ann, acting_user=None)
    accounts.disable_user(ann, acting_user=None)

    with pytest.raises(LinkInvalid):
        services.keep_account(key)
    assert as_stored(ann) == (False, True)
    assert Event.objects.filter(action=Action.USER_DISABLED).count() == 1


def test_an_operator_who_enables_calls_the_erasure_off() -> None:
    ann = UserFactory()
    key = leave(ann)

    accounts.enable_user(ann, acting_user=None)

    assert as_stored(ann) == (True, False)
    accounts.disable_user(ann, acting_user=None)
    with pytest.raises(LinkInvalid):
        services.keep_account(key)
    assert as_stored(ann) == (False, False)


def test_who_was_disabled_before_cannot_leave() -> None:
    ann = UserFactory(is_active=False)
    with pytest.raises(Conflict):
        services.request_erasure(ann, acting_user=ann)
    assert as_stored(ann) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_leavings_one_is_done(together: Together) -> None:
    ann = UserFactory()

    outcomes = together(
        8,
        lambda n: services.request_erasure(
            User.objects.get(pk=ann.pk), acting_user=ann
        ),
    )

    refused = [o for o in outcomes if isinstance(o, Exception)]
    assert len(refused) == 7 and all(isinstance(o, Conflict) for o in refused)
    assert Delivery.objects.count() == MailLink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_parallel_returns_one_is_done(together: Together) -> None:
    ann = UserFactory()
    key = leave(ann)

    outcomes = together(8, lambda n: services.keep_account(key))

    refused = [o for o in outcomes if isinstance(o, Exception)]
    assert len(refused) == 7 and all(isinstance(o, LinkInvalid) for o in refused)
    assert as_stored(ann) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_return_and_a_disabling_at_once_leave_the_user_shut(
    together: Together,
) -> None:
    for _ in range(4):
        ann = UserFactory()
        key = leave(ann)

        def work(
            number: int,
            user: User = ann,
            key: str = key,
        ) -> Any:
            if number:
                return services.keep_account(key)
            return accounts.disable_user(User.objects.get(pk=user.pk), acting_user=None)

        outcomes = together(2, work)

        assert not isinstance(outcomes[0], Exception)
        assert not as_stored(ann)[0]


@pytest.mark.django_db(transaction=True)
def test_a_return_and_an_erasure_at_once_do_one_of_both(together: Together) -> None:
    for _ in range(4):
        ann = UserFactory()
        key = leave(ann)

        def work(
            number: int,
            user: User = ann,
            key: str = key,
        ) -> Any:
            if number:
                return services.keep_account(key)
            return services.erase_user(user, acting_user=None)

        outcomes = together(2, work)

        now = User.objects.get(pk=ann.pk)
        assert not isinstance(outcomes[0], Exception)  # an erasure always goes through
        assert now.erased_at is not None and not now.is_active
        refused = isinstance(outcomes[1], Exception)
        assert not refused or isinstance(outcomes[1], LinkInvalid), outcomes[1]
