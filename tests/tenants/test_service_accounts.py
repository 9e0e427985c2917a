"""An application in the place of a person."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.audit.services import record
from accounts.models import User
from tenants.models import Application, ServiceAccount, Tenant
from tests.factories import UserFactory
from tests.tenants.managers import built_in, manager_of

pytestmark = pytest.mark.django_db


def test_it_is_the_application_and_nobody_else(tenant: Tenant) -> None:
    application = manager_of(tenant)
    account = ServiceAccount.of(application)
    assert (account.pk, str(account)) == (application.pk, str(application))
    assert account.is_service and account.is_active and account.is_authenticated
    assert not account.is_superuser and not account.is_staff
    assert not UserFactory().is_service


def test_the_trail_names_the_application(tenant: Tenant) -> None:
    application = manager_of(tenant)
    record(Action.TENANT_CHANGED, acting=ServiceAccount.of(application))
    event = Event.objects.get()
    assert (event.actor_type, event.actor_id) == ("application", str(application.pk))
    assert event.actor_label == str(application)


def test_it_is_never_stored(tenant: Tenant) -> None:
    account = ServiceAccount.of(manager_of(tenant))
    for refused in (account.save, account.delete):
        with pytest.raises(TypeError):
            refused()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"manages": ""},
        {"is_first_party": False},
        {"type": Application.Type.WEB},
        {"suspended_at": timezone.now()},
    ],
)
def test_it_acts_no_more_once_its_application_may_not(
    tenant: Tenant,
    changed: dict[str, Any],
) -> None:
    application = manager_of(tenant, **changed)
    assert not ServiceAccount.of(application).is_active


def test_it_acts_no_more_once_its_tenant_is_suspended(tenant: Tenant) -> None:
    tenant.suspended_at = timezone.now()
    assert not ServiceAccount.of(manager_of(tenant)).is_active


def test_only_the_built_in_tenants_may_be_as_a_superuser(tenant: Tenant) -> None:
    """Also where a row says otherwise, which no service wrote."""
    assert ServiceAccount.of(manager_of(built_in(), "instance")).is_superuser
    assert not ServiceAccount.of(manager_of(built_in(), "tenant")).is_superuser
    assert not ServiceAccount.of(manager_of(tenant, "instance")).is_superuser
