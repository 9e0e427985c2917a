"""Protected APIs over the management API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Api, Tenant
from tests.factories import ApiFactory, ApplicationFactory, TenantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
ORDERS = "https://orders.example.com"
READ = {"name": "orders:read", "description": "Read orders"}


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's APIs are."""
    return f"/api/v1/tenants/{tenant.slug}/apis"


def told(action: str) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=f"tenant:api:{action}"))


def test_an_admin_registers_an_api(
    manager: APIClient,
    admin: User,
    path: str,
) -> None:
    sent = {"identifier": ORDERS, "name": "Orders", "scopes": [READ]}
    answer = manager.post(path, sent, format="json")
    made = Api.objects.get(identifier=ORDERS)
    assert answer.status_code == 201
    assert answer.json() == {
        **sent,
        "id": str(made.pk),
        "shared_with": [],
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
    }
    (event,) = told("created")
    assert (event.actor_id, event.tenant_id) == (str(admin.pk), made.tenant_id)


def test_an_api_is_called_by_its_identifier_unless_said_otherwise(
    manager: APIClient,
    path: str,
) -> None:
    shown = manager.post(path, {"identifier": ORDERS}).json()
    assert (shown["name"], shown["scopes"]) == (ORDERS, [])


def test_an_identifier_is_taken_by_whichever_tenant_came_first(
    manager: APIClient,
    path: str,
) -> None:
    ApiFactory(identifier=ORDERS)
    answer = manager.post(path, {"identifier": ORDERS})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Api.objects.count() == 1 and told("created") == []


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"identifier": "orders"}, "#/identifier", "invalid"),
        ({"identifier": "https://o.example/#x"}, "#/identifier", "invalid"),
        ({"scopes": [{"name": "manage"}]}, "#/scopes", "reserved"),
        ({"scopes": [READ, READ]}, "#/scopes", "duplicate"),
        ({"scopes": [{"name": "a b"}]}, "#/scopes", "invalid"),
        ({"scopes": [READ, {"description": "x"}]}, "#/scopes/1/name", "required"),
        ({"scopes": [READ | {"id": 1}]}, "#/scopes/0/id", "unknown_field"),
    ],
)
def test_a_refusal_points_at_its_field(
    manager: APIClient,
    path: str,
    sent: dict[str, Any],
    pointer: str,
    code: str,
) -> None:
    answer = manager.post(path, {"identifier": ORDERS} | sent, format="json")
    assert answer.status_code == 400
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert not Api.objects.exists()


def test_our_own_address_is_reserved(
    root: APIClient,
    path: str,
    settings: Any,
) -> None:
    for below in ("", "/api/v1", "/anything"):
        answer = root.post(path, {"identifier": f"{settings.ISSUER}{below}"})
        assert answer.json()["errors"][0]["code"] == "reserved"


def test_a_patch_changes_what_it_names_and_leaves_the_rest(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    mine = f"{path}/{api.pk}"
    before = manager.get(mine).json()
    answer = manager.patch(mine, {"scopes": [READ]}, format="json")
    assert answer.json() == before | {"scopes": [READ]}
    assert manager.get(mine).json() == answer.json()
    manager.patch(mine, {"scopes": [READ]}, format="json")
    manager.patch(mine, {}, format="json")
    assert [event.details for event in told("changed")] == [{"changed": ["scopes"]}]


def test_the_identifier_is_forever(
    root: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    answer = root.patch(f"{path}/{api.pk}", {"identifier": ORDERS})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert not Api.objects.filter(identifier=ORDERS).exists()


def test_an_api_that_an_application_uses_stays(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[api])
    answer = manager.delete(f"{path}/{api.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert manager.get(f"{path}/{api.pk}").status_code == 200
    application.delete()
    assert manager.delete(f"{path}/{api.pk}").status_code == 204
    for again in (manager.get, manager.delete):
        assert again(f"{path}/{api.pk}").status_code == 404
    assert len(told("deleted")) == 1


@pytest.fixture
def partner() -> Tenant:
    """Another tenant, with an application of its own."""
    made: Tenant = TenantFactory(slug="partner")
    ApplicationFactory(tenant=made, client_id="partner-app", scopes=[])
    return made


def ask_for(
    caller: APIClient,
    api: Api,
) -> int:
    """Return the status of the partner's application asking for an API."""
    path = "/api/v1/tenants/partner/applications/partner-app"
    sent = {"audiences": [api.identifier]}
    return int(caller.patch(path, sent, format="json").status_code)


def test_only_while_it_is_shared_may_another_tenant_ask_for_an_api(
    root: APIClient,
    tenant: Tenant,
    partner: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    mine = f"{path}/{api.pk}/shared-with"
    assert ask_for(root, api) == 400
    answer = root.put(mine, {"tenants": [partner.slug]}, format="json")
    assert answer.json()["shared_with"] == ["partner"]
    assert root.get(f"{path}/{api.pk}").json() == answer.json()
    assert ask_for(root, api) == 200
    answer = root.put(mine, {"tenants": []}, format="json")
    assert answer.json()["shared_with"] == []
    shared = [event.details["shared_with"] for event in told("changed")]
    assert shared == [[], ["partner"]], "newest first"


def test_a_share_said_again_is_no_event(
    root: APIClient,
    tenant: Tenant,
    partner: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    sent = {"tenants": [partner.slug, tenant.slug, partner.slug]}
    for _ in range(2):
        answer = root.put(f"{path}/{api.pk}/shared-with", sent, format="json")
        assert (answer.status_code, answer.json()["shared_with"]) == (200, ["partner"])
    assert len(told("changed")) == 1


def test_one_unknown_tenant_shares_with_nobody(
    root: APIClient,
    tenant: Tenant,
    partner: Tenant,
    path: str,
) -> None:
    api = ApiFactory(tenant=tenant)
    sent = {"tenants": [partner.slug, "nowhere"]}
    answer = root.put(f"{path}/{api.pk}/shared-with", sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/tenants"
    assert not api.shared_with.exists() and told("changed") == []


def test_the_partner_does_not_see_an_api_that_is_shared_with_it(
    root: APIClient,
    tenant: Tenant,
    partner: Tenant,
) -> None:
    api = ApiFactory(tenant=tenant)
    api.shared_with.add(partner)
    path = "/api/v1/tenants/partner/apis"
    assert root.get(path).json()["data"] == []
    assert root.get(f"{path}/{api.pk}").status_code == 404
    assert root.delete(f"{path}/{api.pk}").status_code == 404
