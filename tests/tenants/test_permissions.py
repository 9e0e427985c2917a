"""What a person may do in a tenant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from config.errors import Forbidden, NotFound
from tenants.models import ServiceAccount, Tenant
from tenants.permissions import (
    ALL,
    Permission,
    effective_permissions,
    managed_tenants,
    of_values,
    require,
    require_within,
)
from tests.factories import RoleFactory, TenantFactory
from tests.tenants.conftest import Member
from tests.tenants.managers import built_in, manager_of

pytestmark = pytest.mark.django_db
READ, WRITE = Permission.MEMBERS_READ, Permission.MEMBERS_WRITE


def test_a_superuser_holds_everything_everywhere(
    superuser: User,
    tenant: Tenant,
) -> None:
    assert effective_permissions(superuser, tenant) == ALL
    assert tenant in managed_tenants(superuser)


def test_roles_add_up(
    member: Member,
    tenant: Tenant,
) -> None:
    membership = member(READ)
    membership.roles.add(RoleFactory(tenant=tenant, permissions=[WRITE]))
    assert effective_permissions(membership.user, tenant) == {READ, WRITE}


def test_a_role_name_grants_nothing(
    member: Member,
    tenant: Tenant,
) -> None:
    membership = member()
    membership.roles.add(RoleFactory(tenant=tenant, name="superuser"))
    assert effective_permissions(membership.user, tenant) == frozenset()


def test_a_role_of_one_tenant_is_worth_nothing_in_another(
    member: Member,
    tenant: Tenant,
) -> None:
    other = TenantFactory()
    stranger = member(READ, of=other).user
    assert effective_permissions(stranger, tenant) == frozenset()
    assert list(managed_tenants(stranger)) == [other]
    with pytest.raises(NotFound):
        require(stranger, tenant, READ)


def test_a_disabled_user_holds_nothing(
    member: Member,
    tenant: Tenant,
    superuser: User,
) -> None:
    for user in (member(READ).user, superuser):
        user.is_active = False
        assert effective_permissions(user, tenant) == frozenset()
        assert not managed_tenants(user).exists()


@pytest.mark.parametrize(
    "state",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"suspended_at": timezone.now()},
    ],
)
def test_a_membership_that_does_not_stand_holds_nothing(
    member: Member,
    tenant: Tenant,
    state: dict[str, object],
) -> None:
    user = member(READ, **state).user
    assert effective_permissions(user, tenant) == frozenset()
    assert not managed_tenants(user).exists()


def test_nobody_manages_a_suspended_tenant(
    member: Member,
    tenant: Tenant,
) -> None:
    user = member(READ).user
    Tenant.objects.update(suspended_at=timezone.now())
    assert effective_permissions(user, tenant) == frozenset()


def test_a_missing_permission_is_forbidden_where_the_tenant_is_known(
    member: Member,
    tenant: Tenant,
) -> None:
    with pytest.raises(Forbidden):
        require(member(READ).user, tenant, WRITE)


def test_the_system_may_do_everything(tenant: Tenant) -> None:
    require(None, tenant, WRITE)
    require_within(None, tenant, ALL)


def test_what_we_do_not_know_counts_nothing() -> None:
    stored = ["members:read", "members:everything", 5, None, ["members:write"]]
    assert of_values(stored) == {READ}


def test_a_service_holds_all_in_its_own_tenant_and_nothing_elsewhere(
    tenant: Tenant,
) -> None:
    service, other = ServiceAccount.of(manager_of(tenant)), TenantFactory()
    assert effective_permissions(service, tenant) == ALL
    assert effective_permissions(service, other) == frozenset()
    assert list(managed_tenants(service)) == [tenant]
    require(service, tenant, WRITE)
    with pytest.raises(NotFound):
        require(service, other, READ)
    with pytest.raises(Forbidden):
        require_within(service, other, [READ])


def test_the_instances_service_holds_all_everywhere(tenant: Tenant) -> None:
    service = ServiceAccount.of(manager_of(built_in(), "instance"))
    assert effective_permissions(service, tenant) == ALL
    assert tenant in managed_tenants(service)


def test_a_service_that_may_no_more_holds_nothing(tenant: Tenant) -> None:
    service = ServiceAccount.of(manager_of(tenant, ""))
    assert effective_permissions(service, tenant) == frozenset()
    assert not managed_tenants(service).exists()
