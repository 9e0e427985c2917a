"""Roles, and the rule that nobody outgrows themselves."""

import pytest

from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.models import Membership, Role, Tenant
from tenants.permissions import of_memberships
from tenants.services import roles
from tests.conftest import Together
from tests.factories import MembershipFactory, RoleFactory, TenantFactory
from tests.tenants.conftest import Member
from tokens.models import Revocation

pytestmark = pytest.mark.django_db


def test_an_admin_makes_a_role(
    admin: User,
    tenant: Tenant,
) -> None:
    role = roles.create_role(
        tenant, name="clerk", permissions=["members:read"] * 2, acting_user=admin
    )
    assert role.permissions == ["members:read"]
    with pytest.raises(Conflict):
        roles.create_role(tenant, name="clerk", acting_user=admin)
    assert roles.create_role(TenantFactory(), name="clerk", acting_user=None)


def test_nobody_writes_a_role_beyond_their_own_permissions(
    member: Member,
    tenant: Tenant,
) -> None:
    writer = member("roles:write", "members:read").user
    strong = RoleFactory(tenant=tenant, permissions=["members:write"])
    weak = RoleFactory(tenant=tenant, permissions=["members:read"])
    for escalation in (
        lambda: roles.create_role(
            tenant, name="x", permissions=["tenant:write"], acting_user=writer
        ),
        lambda: roles.change_role(
            weak, permissions=["members:write"], acting_user=writer
        ),
        lambda: roles.change_role(strong, name="mine", acting_user=writer),
        lambda: roles.change_role(strong, permissions=[], acting_user=writer),
        lambda: roles.delete_role(strong, acting_user=writer),
    ):
        with pytest.raises(Forbidden):
            escalation()
    assert Role.objects.get(pk=weak.pk).permissions == ["members:read"]
    assert Role.objects.get(pk=strong.pk).permissions == ["members:write"]
    roles.change_role(weak, permissions=["roles:write"], acting_user=writer)
    assert weak.permissions == ["roles:write"]


def test_another_tenants_admin_finds_nothing(
    member: Member,
    tenant: Tenant,
) -> None:
    mallory = member("roles:write", of=TenantFactory()).user
    role = RoleFactory(tenant=tenant)
    for intrusion in (
        lambda: roles.create_role(tenant, name="x", acting_user=mallory),
        lambda: roles.change_role(role, name="x", acting_user=mallory),
        lambda: roles.delete_role(role, acting_user=mallory),
    ):
        with pytest.raises(NotFound):
            intrusion()


def test_an_edited_role_makes_its_holders_tokens_stale(tenant: Tenant) -> None:
    role = RoleFactory(tenant=tenant)
    roles.change_role(role, name="unheld", acting_user=None)
    assert Revocation.objects.count() == 0
    for _ in range(2):
        MembershipFactory(tenant=tenant).roles.add(role)
    roles.change_role(role, description="words only", acting_user=None)
    assert Revocation.objects.count() == 0
    roles.change_role(role, name="renamed", acting_user=None)
    assert Revocation.objects.filter(kind="membership").count() == 2
    assert not role.memberships.exclude(epoch=0).exists()


def test_a_deleted_role_is_taken_from_everyone(tenant: Tenant) -> None:
    role = RoleFactory(tenant=tenant)
    membership = MembershipFactory(tenant=tenant)
    membership.roles.add(role)
    roles.delete_role(role, acting_user=None)
    assert not membership.roles.exists()
    assert Revocation.objects.filter(kind="membership").count() == 1


def test_a_role_cannot_take_the_name_of_another(tenant: Tenant) -> None:
    first, second = RoleFactory.create_batch(2, tenant=tenant)
    with pytest.raises(Conflict):
        roles.change_role(first, name=second.name, acting_user=None)
    assert roles.change_role(first, name=first.name, acting_user=None)


def test_a_role_that_is_gone_is_not_found(tenant: Tenant) -> None:
    role = RoleFactory(tenant=tenant)
    Role.objects.all().delete()
    with pytest.raises(NotFound):
        roles.change_role(role, name="x", acting_user=None)


def test_unknown_permissions_and_roles_are_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        roles.create_role(tenant, name="x", permissions=["all"], acting_user=None)
    with pytest.raises(InvalidInput):
        roles.create_role(tenant, acting_user=None)
    with pytest.raises(InvalidInput):
        roles.named(tenant, [RoleFactory().name])


def test_names_differ_by_case_and_accent_on_every_database(tenant: Tenant) -> None:
    for name in ("clerk", "Clerk", "clérk"):
        roles.create_role(tenant, name=name, acting_user=None)
    assert [role.name for role in roles.named(tenant, ["Clerk"])] == ["Clerk"]


@pytest.mark.django_db(transaction=True)
def test_of_roles_made_at_once_one_stands(together: Together) -> None:
    tenant = TenantFactory()
    outcomes = together(
        6, lambda n: roles.create_role(tenant, name="clerk", acting_user=None)
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["Conflict"] * 5 + ["Role"], outcomes


def test_api_permissions_are_the_tenants_own(
    member: Member,
    tenant: Tenant,
) -> None:
    writer = member("roles:write").user
    role = roles.create_role(
        tenant,
        name="refunds",
        api_permissions=["orders:refund", "members:write", "orders:refund"],
        acting_user=writer,
    )
    assert role.api_permissions == ["members:write", "orders:refund"]
    assert role.permissions == [], "they allow nothing on our own API"
    holder = MembershipFactory(tenant=tenant)
    holder.roles.add(role)
    assert not of_memberships(Membership.objects.filter(pk=holder.pk))
    roles.change_role(role, api_permissions=["orders:read"], acting_user=writer)
    (event,) = Event.objects.filter(action="tenant:role:changed")
    assert event.details == {
        "changed": ["api_permissions"],
        "permissions": [],
        "api_permissions": ["orders:read"],
    }
    assert Revocation.objects.filter(kind="membership").count() == 1
    roles.change_role(role, api_permissions=["orders:read"], acting_user=writer)
    assert Revocation.objects.filter(kind="membership").count() == 1


@pytest.mark.parametrize(
    "values",
    [["a b"], ['a"'], ["a\\"], [""], ["x" * 65], ["é"], ["🦊"], ["a\n"], ["a\x00"]],
)
def test_a_malformed_api_permission_is_refused(
    tenant: Tenant,
    values: list[str],
) -> None:
    with pytest.raises(InvalidInput):
        roles.create_role(tenant, name="x", api_permissions=values, acting_user=None)


def test_a_role_has_at_most_fifty_api_permissions(tenant: Tenant) -> None:
    values = [f"p{n}" for n in range(50)]
    roles.create_role(tenant, name="x", api_permissions=values, acting_user=None)
    values.append("more")
    with pytest.raises(InvalidInput):
        roles.create_role(tenant, name="y", api_permissions=values, acting_user=None)
