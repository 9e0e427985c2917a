"""What the database keeps about tenants, and what a row says of itself."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tenants.models import Tenant
from tests.factories import ApiFactory, ApplicationFactory, RoleFactory, TenantFactory

pytestmark = pytest.mark.django_db


def test_a_new_tenant_is_by_invitation_and_verifies_addresses() -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    assert (tenant.registration, tenant.verification_required) == ("invite", True)
    assert (tenant.suspended_at, tenant.epoch) == (None, 0)


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (TenantFactory, "slug"),
        (ApiFactory, "identifier"),
        (ApplicationFactory, "client_id"),
        (RoleFactory, "name"),
    ],
)
def test_a_key_stands_once_and_is_compared_byte_for_byte(
    factory: Any,
    name: str,
) -> None:
    same = {} if factory is TenantFactory else {"tenant": TenantFactory()}
    for key in ("clerk", "Clerk", "clérk", "clerk "):
        factory(**same, **{name: key})
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**same, **{name: "clerk"})


@pytest.mark.parametrize("factory", [ApiFactory, ApplicationFactory])
def test_a_tenant_that_has_something_stays(factory: Any) -> None:
    made = factory()
    with pytest.raises(ProtectedError):
        made.tenant.delete()
    made.delete()
    made.tenant.delete()
    assert not Tenant.objects.filter(pk=made.tenant_id).exists()


def test_only_what_every_instance_has_is_built_in() -> None:
    tenant = Tenant.objects.get(slug="default")
    assert tenant.is_built_in and tenant.applications.get().is_built_in
    assert not ApplicationFactory(tenant=tenant).is_built_in
    assert not TenantFactory(slug="Default").is_built_in
