"""The audit trail over the API."""

import pytest
from rest_framework.test import APIClient

from tenants.models import Tenant
from tenants.services.roles import create_role
from tests.factories import TenantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_a_tenant_admin_reads_their_own_trail_only(
    manager: APIClient,
    tenant: Tenant,
) -> None:
    create_role(tenant, name="mine", acting_user=None)
    create_role(TenantFactory(), name="theirs", acting_user=None)
    page = manager.get(f"/api/v1/tenants/{tenant.slug}/audit-events").json()
    assert [row["target_label"] for row in page["data"]] == ["mine"]
    assert page["data"][0]["actor_type"] == "system"


def test_events_are_found_by_action_actor_and_target(
    root: APIClient,
    tenant: Tenant,
) -> None:
    roles = [create_role(tenant, name=f"r{n}", acting_user=None) for n in range(2)]
    path = "/api/v1/audit-events"
    one = root.get(path, {"target": str(roles[0].pk)}).json()["data"]
    assert [row["target_id"] for row in one] == [str(roles[0].pk)]
    made = {"action": "tenant:role:created"}
    assert len(root.get(path, made).json()["data"]) == 2
    assert root.get(path, {**made, "actor": "nobody"}).json()["data"] == []
    assert root.get(path, {"action": "everything"}).status_code == 400
    for strange in ("\x00", "\U0001f600" * 200, "'"):
        assert root.get(path, {"actor": strange}).status_code < 500


def test_the_trail_comes_in_pages(
    root: APIClient,
    tenant: Tenant,
) -> None:
    for number in range(5):
        create_role(tenant, name=f"r{number}", acting_user=None)
    path, seen, cursor = f"/api/v1/tenants/{tenant.slug}/audit-events", [], None
    while True:
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = root.get(path, asked).json()
        seen += [row["target_label"] for row in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == ["r4", "r3", "r2", "r1", "r0"] and cursor is None
