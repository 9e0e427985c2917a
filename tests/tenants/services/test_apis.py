"""Protected APIs."""

import pytest

from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.models import Api, Tenant
from tenants.services import apis
from tests.conftest import Together
from tests.factories import ApiFactory, ApplicationFactory, TenantFactory, UserFactory
from tests.tenants.conftest import Member

pytestmark = pytest.mark.django_db
ORDERS = "https://orders.example.com"
READ: apis.Scope = {"name": "read", "description": "Read"}


def test_an_admin_registers_an_api(
    admin: User,
    tenant: Tenant,
) -> None:
    api = apis.create_api(ORDERS, tenant=tenant, scopes=[READ], acting_user=admin)
    assert (api.name, api.scope_names) == (ORDERS, ["read"])
    with pytest.raises(Conflict):
        apis.create_api(ORDERS, tenant=TenantFactory(), acting_user=None)


def test_who_may_not_register_an_api(
    member: Member,
    tenant: Tenant,
) -> None:
    with pytest.raises(Forbidden):
        apis.create_api(ORDERS, tenant=tenant, acting_user=member("apis:read").user)
    with pytest.raises(NotFound):
        apis.create_api(ORDERS, tenant=tenant, acting_user=UserFactory())


@pytest.mark.parametrize("name", ["account", "manage", "a b", ""])
def test_bad_scopes_are_refused(
    tenant: Tenant,
    name: str,
) -> None:
    with pytest.raises(InvalidInput):
        apis.create_api(
            ORDERS,
            tenant=tenant,
            scopes=[{"name": name, "description": ""}],
            acting_user=None,
        )


def test_an_api_changes_its_name_and_scopes(admin: User) -> None:
    api = ApiFactory()
    with pytest.raises(NotFound):
        apis.change_api(api, name="Mine", acting_user=admin)
    apis.change_api(api, name="Orders", scopes=[READ], acting_user=None)
    assert (api.name, api.scope_names) == ("Orders", ["read"])


def test_only_superusers_share_an_api(
    admin: User,
    superuser: User,
    tenant: Tenant,
) -> None:
    api, other = ApiFactory(tenant=tenant), TenantFactory()
    with pytest.raises(Forbidden):
        apis.share_api(api, tenants=[other], acting_user=admin)
    apis.share_api(api, tenants=[other, tenant], acting_user=superuser)
    assert list(api.shared_with.all()) == [other]
    apis.share_api(api, tenants=[], acting_user=superuser)
    assert not api.shared_with.exists()


def test_an_api_in_use_stays(
    admin: User,
    tenant: Tenant,
) -> None:
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[api])
    with pytest.raises(Conflict):
        apis.delete_api(api, acting_user=admin)
    application.delete()
    apis.delete_api(api, acting_user=admin)
    assert not Api.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_apis_made_at_once_one_stands(together: Together) -> None:
    tenants = TenantFactory.create_batch(6)
    outcomes = together(
        6, lambda n: apis.create_api(ORDERS, tenant=tenants[n], acting_user=None)
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["Api"] + ["Conflict"] * 5, outcomes
