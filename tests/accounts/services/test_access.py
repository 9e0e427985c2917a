"""Disabling, enabling, signing out everywhere."""

from typing import Any

import pytest
from django.db import connection

from accounts import services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.signals import account_disabled, signed_out_everywhere
from config.errors import Conflict, Forbidden, InvalidInput
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    """Collect what the apps above are told, and whether it was inside a transaction."""
    told: list[dict[str, Any]] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs | {"atomic": connection.in_atomic_block})

    account_disabled.connect(listen)
    signed_out_everywhere.connect(listen)
    yield told
    account_disabled.disconnect(listen)
    signed_out_everywhere.disconnect(listen)


def test_disabling_bumps_the_epoch_and_tells_the_apps_above(heard: Any) -> None:
    root, ann = UserFactory.create(is_superuser=True), UserFactory.create()

    services.disable_user(ann, acting_user=root)

    assert (ann.is_active, ann.epoch) == (False, 1)
    assert heard[0]["user"] == ann and heard[0]["acting_user"] == root
    assert heard[0]["reason"] == Action.USER_DISABLED and heard[0]["atomic"]
    assert Event.objects.get().action == Action.USER_DISABLED


def test_disabling_twice_is_disabling_once(heard: Any) -> None:
    ann = UserFactory.create()

    services.disable_user(ann, acting_user=None)
    services.disable_user(ann, acting_user=None)

    assert ann.epoch == 1
    assert len(heard) == Event.objects.count() == 1


def test_a_receiver_that_fails_keeps_the_user_active() -> None:
    ann = UserFactory.create()

    def fail(**kwargs: Any) -> None:
        raise RuntimeError

    account_disabled.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            services.disable_user(ann, acting_user=None)
    finally:
        account_disabled.disconnect(fail)

    assert User.objects.get(pk=ann.pk).is_active
    assert not Event.objects.exists()


def test_enabling_bumps_the_epoch_again(heard: Any) -> None:
    ann = UserFactory.create(is_active=False)

    services.enable_user(ann, acting_user=None)
    services.enable_user(ann, acting_user=None)

    assert (ann.is_active, ann.epoch) == (True, 1)
    assert [e.action for e in Event.objects.all()] == [Action.USER_ENABLED]


def test_people_sign_themselves_out_everywhere(heard: Any) -> None:
    ann = UserFactory.create()

    services.sign_out_everywhere(ann, acting_user=ann)

    assert ann.epoch == 1
    assert heard[0]["reason"] == Action.SIGNED_OUT_EVERYWHERE and heard[0]["atomic"]


@pytest.mark.parametrize(
    "act",
    [
        services.disable_user,
        services.enable_user,
        services.lift_lockouts,
        services.sign_out_everywhere,
    ],
)
@pytest.mark.parametrize("rights", [{}, {"is_staff": True}])
def test_nobody_but_a_superuser_acts_on_others(
    act: Any,
    rights: dict[str, bool],
) -> None:
    mallory, ann = UserFactory.create(**rights), UserFactory.create()

    with pytest.raises(Forbidden):
        act(ann, acting_user=mallory)

    assert not Event.objects.exists()


def test_a_disabled_superuser_acts_on_nobody() -> None:
    former = UserFactory.create(is_superuser=True, is_active=False)

    with pytest.raises(Forbidden):
        services.enable_user(former, acting_user=former)


def test_the_last_active_superuser_stays() -> None:
    root = UserFactory.create(is_superuser=True)
    UserFactory.create(is_superuser=True, is_active=False)

    with pytest.raises(Conflict):
        services.disable_user(root, acting_user=None)

    assert User.objects.get(pk=root.pk).is_active


def test_what_is_no_address_has_no_lockouts() -> None:
    with pytest.raises(InvalidInput):
        services.lift_lockouts("no address", acting_user=None)


@pytest.mark.django_db(transaction=True)
def test_superusers_cannot_all_disable_one_another(together: Together) -> None:
    roots = [UserFactory.create(is_superuser=True) for _ in range(6)]

    together(
        6,
        lambda n: services.disable_user(roots[(n + 1) % 6], acting_user=roots[n]),
    )

    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
