"""The console's section about roles."""

import pytest

from accounts.audit.models import Event
from tenants.models import Role
from tests.factories import MembershipFactory, RoleFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root
from tokens.models import Revocation

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/role/"


def test_a_superuser_makes_a_role_through_the_service() -> None:
    tenant = TenantFactory.create()
    form = {"tenant": tenant.pk, "name": "admin", "permissions": ["members:read"]}
    assert console(root()).post(f"{LIST}add/", form).status_code == 302
    role = Role.objects.get(tenant=tenant)
    assert (role.name, role.permissions) == ("admin", ["members:read"])
    assert Event.objects.filter(action="tenant:role:created").exists()


def test_a_change_reaches_the_holders_tokens() -> None:
    role = RoleFactory.create()
    MembershipFactory.create(tenant=role.tenant).roles.add(role)
    form = {"name": role.name, "permissions": ["members:read", "members:write"]}
    assert console(root()).post(f"{LIST}{role.pk}/change/", form).status_code == 302
    role.refresh_from_db()
    assert role.permissions == ["members:read", "members:write"]
    assert Revocation.objects.filter(kind="membership").exists()


def test_a_permission_that_does_not_exist_is_refused() -> None:
    role = RoleFactory.create()
    form = {"name": role.name, "permissions": ["everything:write"]}
    assert console(root()).post(f"{LIST}{role.pk}/change/", form).status_code == 200
    role.refresh_from_db()
    assert role.permissions == []


def test_a_role_is_deleted_by_its_service() -> None:
    role = RoleFactory.create()
    assert console(root()).post(f"{LIST}{role.pk}/delete-role/")["Location"] == LIST
    assert not Role.objects.exists()
    assert Event.objects.filter(action="tenant:role:deleted").exists()


@pytest.mark.parametrize("path", ["add/", "{key}/change/", "{key}/delete-role/"])
def test_staff_with_every_right_write_nothing(path: str) -> None:
    role = RoleFactory.create()
    form = {"tenant": role.tenant_id, "name": "x", "permissions": ["members:write"]}
    client = console(all_rights_but_root())
    assert client.post(LIST + path.format(key=role.pk), form).status_code == 403
    assert list(Role.objects.values_list("name", flat=True)) == [role.name]


def test_a_role_asks_for_a_second_factor() -> None:
    role = RoleFactory.create()
    form = {"name": role.name, "mfa_required": "on"}
    assert console(root()).post(f"{LIST}{role.pk}/change/", form).status_code == 302
    role.refresh_from_db()
    assert role.mfa_required


def test_permissions_in_the_tenants_apis_stand_one_a_line() -> None:
    role = RoleFactory.create(api_permissions=["orders:read", "orders:refund"])
    page = console(root()).get(f"{LIST}{role.pk}/change/").content.decode()
    assert "orders:read\norders:refund" in page.replace("\r", "")
    form = {"name": role.name, "api_permissions": "orders:write\r\n\r\n orders:read "}
    assert console(root()).post(f"{LIST}{role.pk}/change/", form).status_code == 302
    role.refresh_from_db()
    assert role.api_permissions == ["orders:read", "orders:write"]
    form["api_permissions"] = "two words"
    assert console(root()).post(f"{LIST}{role.pk}/change/", form).status_code == 200
    role.refresh_from_db()
    assert role.api_permissions == ["orders:read", "orders:write"]
