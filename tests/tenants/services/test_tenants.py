"""Making, changing and suspending tenants."""

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.models import Tenant
from tenants.services import tenants
from tests.conftest import Together
from tests.factories import SessionFactory, UserFactory
from tests.tenants.conftest import Member

pytestmark = pytest.mark.django_db


def test_a_tenant_is_by_invitation_unless_said_otherwise() -> None:
    tenant = tenants.create_tenant("acme", acting_user=None)
    assert (tenant.name, tenant.registration) == ("acme", "invite")
    assert tenant.verification_required
    event = Event.objects.get(action=Action.TENANT_CREATED)
    assert event.tenant_id == tenant.pk and event.actor_type == "system"


def test_only_superusers_make_or_suspend_tenants(
    admin: User,
    tenant: Tenant,
) -> None:
    with pytest.raises(Forbidden):
        tenants.create_tenant("acme", acting_user=admin)
    for refused in (tenants.suspend_tenant, tenants.resume_tenant):
        with pytest.raises(Forbidden):
            refused(tenant, acting_user=admin)
    tenant.refresh_from_db()
    assert tenant.suspended_at is None and not Tenant.objects.filter(slug="acme")


def test_a_taken_slug_is_a_conflict(tenant: Tenant) -> None:
    with pytest.raises(Conflict):
        tenants.create_tenant(tenant.slug, acting_user=None)


@pytest.mark.django_db(transaction=True)
def test_of_tenants_made_at_once_one_stands(together: Together) -> None:
    outcomes = together(8, lambda n: tenants.create_tenant("acme", acting_user=None))
    made = [outcome for outcome in outcomes if isinstance(outcome, Tenant)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert (len(made), len(refused)) == (1, 7), outcomes
    assert Event.objects.filter(action=Action.TENANT_CREATED).count() == 1


def test_an_admin_changes_their_tenant(
    admin: User,
    tenant: Tenant,
) -> None:
    tenants.change_tenant(tenant, name="New", registration="closed", acting_user=admin)
    assert (tenant.name, tenant.registration) == ("New", "closed")
    event = Event.objects.get(action=Action.TENANT_CHANGED)
    assert event.details == {"changed": ["name", "registration"]}
    tenants.change_tenant(tenant, name="New", acting_user=admin)
    assert Event.objects.filter(action=Action.TENANT_CHANGED).count() == 1


def test_who_may_not_change_a_tenant(
    member: Member,
    tenant: Tenant,
) -> None:
    with pytest.raises(Forbidden):
        tenants.change_tenant(
            tenant, name="New", acting_user=member("tenant:read").user
        )
    with pytest.raises(NotFound):
        tenants.change_tenant(tenant, name="New", acting_user=UserFactory())


def test_bad_policies_are_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        tenants.change_tenant(tenant, registration="anyone", acting_user=None)
    with pytest.raises(InvalidInput):
        tenants.change_tenant(tenant, name="", acting_user=None)


def test_a_suspension_ends_sessions_once_and_a_resumption_revives_none() -> None:
    session = SessionFactory()
    tenant = session.application.tenant
    tenants.suspend_tenant(tenant, acting_user=None)
    session.refresh_from_db()
    assert tenant.suspended_at and tenant.epoch == 1 and session.revoked_at
    tenants.suspend_tenant(tenant, acting_user=None)
    assert tenant.epoch == 1
    tenants.resume_tenant(tenant, acting_user=None)
    session.refresh_from_db()
    assert not tenant.suspended_at and tenant.epoch == 2 and session.revoked_at
    told = Event.objects.filter(tenant_id=tenant.pk).values_list("action", flat=True)
    assert {Action.TENANT_SUSPENDED, Action.TENANT_RESUMED} <= set(told)


def test_the_built_in_tenant_is_never_suspended_and_may_be_closed() -> None:
    tenant = tenants.tenant_of("default")
    with pytest.raises(Conflict):
        tenants.suspend_tenant(tenant, acting_user=None)
    tenants.change_tenant(tenant, registration="closed", acting_user=None)
    assert tenant.registration == "closed"


def test_an_unknown_slug_is_not_found() -> None:
    with pytest.raises(NotFound):
        tenants.tenant_of("nowhere")


def test_only_superusers_waive_verification(
    admin: User,
    tenant: Tenant,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(verification_required=True)
    tenant.refresh_from_db()
    with pytest.raises(Forbidden):
        tenants.change_tenant(tenant, verification_required=False, acting_user=admin)
    root = UserFactory(is_superuser=True)
    tenants.change_tenant(tenant, verification_required=False, acting_user=root)
    tenants.change_tenant(tenant, verification_required=True, acting_user=admin)
    assert tenant.verification_required
