"""The console's section about members."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit.models import Event
from tenants.models import Membership
from tests.factories import (
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.operators import all_rights_but_root, console, root

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/membership/"


def test_a_superuser_adds_a_member_through_the_service() -> None:
    operator, alice, tenant = root(), UserFactory.create(), TenantFactory.create()
    form = {"user": alice.pk, "tenant": tenant.pk}
    assert console(operator).post(f"{LIST}add/", form).status_code == 302
    assert Membership.objects.filter(user=alice, tenant=tenant).exists()
    event = Event.objects.get(action="tenant:membership:created")
    assert (event.actor_id, event.target_id) == (str(operator.pk), str(alice.pk))


def test_a_member_is_not_added_twice() -> None:
    membership = MembershipFactory.create()
    form = {"user": membership.user_id, "tenant": membership.tenant_id}
    answer = console(root()).post(f"{LIST}add/", form)
    assert answer.status_code == 200
    assert Membership.objects.filter(user=membership.user).count() == 1


def test_roles_are_set_through_the_service() -> None:
    membership = MembershipFactory.create()
    role = RoleFactory.create(tenant=membership.tenant)
    page = f"{LIST}{membership.pk}/change/"
    answer = console(root()).post(page, {"roles": [role.pk]})
    assert answer.status_code == 302
    assert list(membership.roles.all()) == [role]
    assert Event.objects.filter(action="tenant:membership:changed").exists()


def test_a_role_of_another_tenant_is_refused() -> None:
    membership, foreign = MembershipFactory.create(), RoleFactory.create()
    page = f"{LIST}{membership.pk}/change/"
    assert console(root()).post(page, {"roles": [foreign.pk]}).status_code == 200
    assert not membership.roles.exists()


def test_a_form_without_roles_keeps_whoever_and_wherever() -> None:
    membership = MembershipFactory.create()
    form = {"user": UserFactory.create().pk, "tenant": TenantFactory.create().pk}
    console(root()).post(f"{LIST}{membership.pk}/change/", form)
    held = Membership.objects.get(pk=membership.pk)
    assert (held.user, held.tenant) == (membership.user, membership.tenant)


def test_suspend_resume_and_remove() -> None:
    membership, client = MembershipFactory.create(), console(root())
    client.post(f"{LIST}{membership.pk}/suspend/")
    membership.refresh_from_db()
    assert membership.suspended_at
    client.post(f"{LIST}{membership.pk}/resume/")
    membership.refresh_from_db()
    assert membership.suspended_at is None
    client.post(f"{LIST}{membership.pk}/remove/")
    assert not Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("path", ["add/", "{key}/change/", "{key}/remove/"])
def test_staff_with_every_right_write_nothing(path: str) -> None:
    membership, operator = MembershipFactory.create(), all_rights_but_root()
    form = {"user": operator.pk, "tenant": membership.tenant_id}
    page = LIST + path.format(key=membership.pk)
    assert console(operator).post(page, form).status_code == 403
    assert list(Membership.objects.all()) == [membership]


def test_a_users_page_shows_their_memberships() -> None:
    membership = MembershipFactory.create(tenant=TenantFactory.create(slug="acme"))
    membership.roles.add(RoleFactory.create(tenant=membership.tenant, name="admin"))
    page = f"/admin/accounts/user/{membership.user_id}/change/"
    panels = console(root()).get(page).context["panels"]
    (panel,) = [panel for panel in panels if panel.title == "Memberships"]
    assert [cell.text for cell in panel.rows[0]] == ["acme", "admin", "live", "never"]


@pytest.mark.parametrize("by", ["address", "user", "tenant"])
def test_a_member_is_found_by_address_or_id(by: str) -> None:
    membership = MembershipFactory.create(user__email="alice@example.com")
    MembershipFactory.create()
    terms = {
        "address": "Alice@EXAMPLE.com",
        "user": membership.user_id,
        "tenant": membership.tenant_id,
    }
    answer = console(root()).get(LIST, {"q": terms[by]})
    assert list(answer.context["cl"].result_list) == [membership]


@pytest.mark.parametrize(
    "page", [LIST, "/admin/tenants/tenant/{tenant}/change/", "/admin/tenants/role/"]
)
def test_a_page_costs_the_same_for_many_rows_as_for_few(page: str) -> None:
    client, tenant = console(root()), TenantFactory.create()

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            answer = client.get(page.format(tenant=tenant.pk))
            assert answer.status_code == 200
        return len(counted)

    MembershipFactory.create(tenant=tenant)
    RoleFactory.create()
    queries()  # the first fills caches
    few = queries()
    MembershipFactory.create_batch(10, tenant=tenant)
    RoleFactory.create_batch(10)
    assert queries() == few
