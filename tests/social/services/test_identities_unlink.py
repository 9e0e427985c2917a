"""Disconnecting somebody's account for them: an operator's deed."""

from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.models import User
from accounts.outbox.models import Delivery
from config.errors import Forbidden
from social.models import Identity
from social.services.identities import unlink_for
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)
from tests.operators import root

pytestmark = pytest.mark.django_db


def only_known_by_it(**traits: Any) -> Identity:
    """Return the identity of somebody who has no password."""
    person: User = UserFactory(**traits)
    person.set_unusable_password()
    person.save()
    made: Identity = IdentityFactory(user=person, connection__provider_id="acme")
    return made


def test_a_superuser_may_even_where_it_is_the_last_way_in() -> None:
    made, operator = only_known_by_it(), root()
    assert unlink_for(made, acting_user=operator)
    assert not Identity.objects.exists()
    assert User.objects.filter(pk=made.user.pk, is_active=True).exists()
    event = Event.objects.get()
    assert event.action == "social:identity:unlinked"
    assert (event.actor_id, event.target_id) == (str(operator.pk), str(made.user.pk))
    assert event.details == {"connection": "acme"}
    assert Delivery.objects.count() == 1


def test_the_trail_says_whose_connection_it_was() -> None:
    connection = ConnectionFactory(tenant=TenantFactory.create())
    unlink_for(IdentityFactory(connection=connection), acting_user=None)
    assert Event.objects.get().tenant_id == connection.tenant_id


def test_somebody_who_is_disabled_is_disconnected_too() -> None:
    assert unlink_for(only_known_by_it(is_active=False), acting_user=root())
    assert not Identity.objects.exists()


def test_twice_is_once() -> None:
    made, operator = only_known_by_it(), root()
    assert unlink_for(made, acting_user=operator)
    assert not unlink_for(made, acting_user=operator)
    assert Event.objects.count() == Delivery.objects.count() == 1


def test_where_the_person_is_gone_nothing_is_left_to_do() -> None:
    made = only_known_by_it()
    User.objects.filter(pk=made.user.pk).delete()
    assert not unlink_for(made, acting_user=root())
    assert not Event.objects.exists()


def test_other_accounts_of_the_person_stay() -> None:
    made = only_known_by_it()
    stays = IdentityFactory(user=made.user)
    unlink_for(made, acting_user=root())
    assert list(Identity.objects.all()) == [stays]


@pytest.mark.parametrize(
    "traits",
    [{}, {"is_staff": True}, {"is_superuser": True, "is_active": False}],
)
def test_nobody_else_may(traits: dict[str, Any]) -> None:
    made = only_known_by_it()
    with pytest.raises(Forbidden):
        unlink_for(made, acting_user=UserFactory.create(**traits))
    with pytest.raises(Forbidden):
        unlink_for(made, acting_user=made.user)
    assert Identity.objects.exists() and not Event.objects.exists()
