"""How much of a token a member's roles may fill."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from config.errors import Conflict
from tenants.models import Membership, Role, Tenant
from tenants.services import invitations, memberships, roles, room
from tests.factories import (
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
WIDEST = [f"{n:02}{'x' * 62}" for n in range(50)]  # 3350 characters in a token


def broad(
    tenant: Tenant,
    **traits: Any,
) -> Role:
    """Return a role that fills most of a token."""
    made: Role = RoleFactory(tenant=tenant, api_permissions=WIDEST, **traits)
    return made


def other(
    tenant: Tenant,
    count: int = 20,
) -> Role:
    """Return a role with other permissions; with `broad` it is too much from 11 on."""
    made: Role = RoleFactory(
        tenant=tenant, api_permissions=[value[::-1] for value in WIDEST[:count]]
    )
    return made


def test_room_is_counted_as_the_token_spells_it() -> None:
    held = [
        Role(name="Käufer 🦊", api_permissions=["b", "a"]),
        Role(name="clerk", api_permissions=["a"]),
    ]
    spelled = json.dumps([["Käufer 🦊", "clerk"], ["a", "b"]], separators=(",", ":"))
    assert room.room_taken(held) == len(spelled)
    assert room.room_taken([]) == len("[[],[]]")


def test_the_widest_role_fits_and_shared_permissions_count_once(tenant: Tenant) -> None:
    twins = [broad(tenant), broad(tenant)]
    room.require_room(twins)
    with pytest.raises(Conflict, match="4096 characters"):
        room.require_room([*twins, other(tenant)])


def test_nobody_is_given_more_than_a_token_has_room_for(
    tenant: Tenant,
    admin: User,
) -> None:
    many = [broad(tenant), other(tenant)]
    membership: Membership = MembershipFactory(tenant=tenant)
    for excess in (
        lambda: memberships.add_member(
            UserFactory(), tenant=tenant, acting_user=None, roles=many
        ),
        lambda: memberships.change_membership(
            membership, roles=many, acting_user=admin
        ),
        lambda: invitations.invite(
            tenant, "new@example.com", acting_user=admin, roles=many
        ),
    ):
        before = Membership.objects.count()
        with pytest.raises(Conflict, match="room"):
            excess()
        assert Membership.objects.count() == before
    assert not membership.roles.exists()


def test_names_of_many_letters_count_too(tenant: Tenant) -> None:
    foxes = [RoleFactory(tenant=tenant, name=f"{n}{'🦊' * 62}") for n in range(6)]
    membership: Membership = MembershipFactory(tenant=tenant)
    memberships.change_membership(membership, roles=foxes[:5], acting_user=None)
    with pytest.raises(Conflict):
        memberships.change_membership(membership, roles=foxes, acting_user=None)
    assert membership.roles.count() == 5


def test_an_invitation_adds_no_more_than_there_is_room_for(tenant: Tenant) -> None:
    membership: Membership = MembershipFactory(tenant=tenant)
    membership.roles.add(broad(tenant))
    with pytest.raises(Conflict):
        memberships.take_in(membership.user, tenant, roles=[other(tenant)])
    with pytest.raises(Conflict):
        memberships.take_in(UserFactory(), tenant, roles=[broad(tenant), other(tenant)])


def test_a_role_does_not_outgrow_any_of_its_holders(tenant: Tenant) -> None:
    small = RoleFactory(tenant=tenant)
    MembershipFactory.create_batch(2, tenant=tenant)
    for holder in Membership.objects.filter(tenant=tenant):
        holder.roles.add(small)
    holder.roles.add(broad(tenant))
    grown = other(tenant).api_permissions
    for change in ({"api_permissions": grown}, {"name": "🦊" * 64}):
        with pytest.raises(Conflict):
            roles.change_role(small, **change, acting_user=None)
    small.refresh_from_db()
    assert small.api_permissions == []
    roles.change_role(small, api_permissions=grown[:5], acting_user=None)


def test_what_is_over_already_may_shrink_and_be_described(tenant: Tenant) -> None:
    large = other(tenant, 50)
    MembershipFactory(tenant=tenant).roles.add(large, broad(tenant))
    roles.change_role(large, description="Too much", acting_user=None)
    roles.change_role(large, api_permissions=WIDEST[:49], acting_user=None)


def test_another_tenants_members_do_not_count(tenant: Tenant) -> None:
    elsewhere = TenantFactory()
    MembershipFactory(tenant=elsewhere).roles.add(broad(elsewhere), other(elsewhere))
    role = RoleFactory(tenant=tenant)
    roles.change_role(role, api_permissions=WIDEST, acting_user=None)
    assert role.api_permissions == WIDEST


@pytest.mark.parametrize("count", [1, 5])
def test_members_are_looked_at_in_two_queries(
    tenant: Tenant,
    count: int,
) -> None:
    role = RoleFactory(tenant=tenant)
    for holder in MembershipFactory.create_batch(count, tenant=tenant):
        holder.roles.add(role, RoleFactory(tenant=tenant))
    with CaptureQueriesContext(connection) as queries:
        room.require_room_of(Membership.objects.filter(roles=role))
    assert len(queries) == 2
