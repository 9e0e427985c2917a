"""What every list of a tenant has in common, and answers that are shown once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tenants.api.scoped import shown_once
from tenants.models import Membership, Tenant
from tenants.services import secrets
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
Make = Callable[[Tenant], UUID]


def an_api(tenant: Tenant) -> UUID:
    """Make an API that is shared with another tenant."""
    api = ApiFactory(tenant=tenant)
    api.shared_with.add(TenantFactory())
    return UUID(str(api.pk))


def an_application(tenant: Tenant) -> UUID:
    """Make an application that may ask for an API."""
    return UUID(
        str(ApplicationFactory(tenant=tenant, apis=[ApiFactory(tenant=tenant)]).pk)
    )


def a_membership(tenant: Tenant) -> UUID:
    """Make a member with a role."""
    member = MembershipFactory(tenant=tenant)
    member.roles.add(RoleFactory(tenant=tenant))
    return UUID(str(member.pk))


def an_invitation(tenant: Tenant) -> UUID:
    """Make an invitation into a role, by somebody."""
    made = InvitationFactory(tenant=tenant, invited_by=UserFactory())
    made.roles.add(RoleFactory(tenant=tenant))
    return UUID(str(made.pk))


def a_role(tenant: Tenant) -> UUID:
    """Make a role."""
    return UUID(str(RoleFactory(tenant=tenant).pk))


def a_secret(tenant: Tenant) -> UUID:
    """Give the tenant's one service another secret."""
    service = tenant.applications.filter(client_id="service").first()
    service = service or ApplicationFactory(
        tenant=tenant, client_id="service", type="service"
    )
    return secrets.rotate_secret(service, acting_user=None).row.pk


LISTS: dict[str, Make] = {
    "apis": an_api,
    "applications": an_application,
    "invitations": an_invitation,
    "memberships": a_membership,
    "roles": a_role,
    "applications/service/secrets": a_secret,
}
every_list = pytest.mark.parametrize(("name", "make"), LISTS.items(), ids=list(LISTS))


@every_list
def test_pages_together_are_the_tenants_own_newest_first(
    root: APIClient,
    tenant: Tenant,
    name: str,
    make: Make,
) -> None:
    if name != "applications/service/secrets":
        make(TenantFactory())
    made = [str(make(tenant)) for _ in range(5)]
    path, seen, cursor = f"/api/v1/tenants/{tenant.slug}/{name}", [], None
    for expected in (2, 2, 1):
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = root.get(path, asked).json()
        assert len(page["data"]) == expected
        assert page["has_more"] is (page["next_cursor"] is not None)
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == made[::-1]


@every_list
def test_a_row_of_a_list_is_what_one_reads_alone(
    root: APIClient,
    tenant: Tenant,
    name: str,
    make: Make,
) -> None:
    make(tenant)
    path = f"/api/v1/tenants/{tenant.slug}/{name}"
    (row,) = root.get(path).json()["data"]
    alone = root.get(f"{path}/{row.get('client_id', row['id'])}")
    if name == "applications/service/secrets":
        assert alone.status_code == 405, "a secret is never read again"
    else:
        assert alone.json() == row


@every_list
def test_a_page_costs_the_same_for_many_rows_as_for_few(
    root: APIClient,
    tenant: Tenant,
    name: str,
    make: Make,
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            answer = root.get(f"/api/v1/tenants/{tenant.slug}/{name}")
            assert answer.status_code == 200
        return len(counted)

    make(tenant)
    queries()  # the first fills caches
    few = queries()
    for _ in range(5):
        make(tenant)
    assert queries() == few


def test_the_cursor_of_one_tenant_opens_no_page_of_another(
    root: APIClient,
    tenant: Tenant,
) -> None:
    other: Any = TenantFactory()
    for _ in range(2):
        a_role(tenant)
    path = "/api/v1/tenants/{}/roles"
    cursor = root.get(path.format(tenant.slug), {"limit": "1"}).json()["next_cursor"]
    answer = root.get(path.format(other.slug), {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_a_suspended_members_row_is_listed_too(
    root: APIClient,
    tenant: Tenant,
) -> None:
    key = a_membership(tenant)
    path = f"/api/v1/tenants/{tenant.slug}/memberships"
    root.post(f"{path}/{key}/suspend")
    assert not Membership.objects.active().filter(pk=key).exists()
    (row,) = root.get(path).json()["data"]
    assert row["suspended_at"] is not None


@pytest.mark.parametrize("secret", ["ntts_x", None])
def test_an_answer_with_a_secret_is_stored_nowhere(secret: str | None) -> None:
    shown = {"id": "x"}
    answer = shown_once(shown, secret=secret)
    assert answer.data == {"id": "x", "client_secret": secret}
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert shown == {"id": "x"}
