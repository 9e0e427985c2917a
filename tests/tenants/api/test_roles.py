"""Roles over the management API."""

import json
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Membership, Role, Tenant
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
)
from tests.tenants.api.conftest import As, SignedIn
from tests.tenants.conftest import Member
from tokens import minting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's roles are."""
    return f"/api/v1/tenants/{tenant.slug}/roles"


def told(action: str) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=f"tenant:role:{action}"))


def roles_in(token: str) -> list[str]:
    """Return the roles that an access token carries."""
    claims = jwt.decode(token, options={"verify_signature": False})
    found: list[str] = claims["roles"]
    return found


def test_an_admin_makes_a_role(
    manager: APIClient,
    tenant: Tenant,
    admin: User,
    path: str,
) -> None:
    sent = {"name": "clerk", "permissions": ["members:read", "audit:read"]}
    answer = manager.post(path, sent, format="json")
    made = Role.objects.get(tenant=tenant, name="clerk")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(made.pk),
        "name": "clerk",
        "description": "",
        "permissions": ["audit:read", "members:read"],
        "api_permissions": [],
        "mfa_required": False,
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
    }
    (event,) = told("created")
    assert (event.actor_id, event.tenant_id) == (str(admin.pk), tenant.pk)


def test_a_name_stands_once_in_a_tenant(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    RoleFactory(tenant=TenantFactory(), name="clerk")
    assert manager.post(path, {"name": "clerk"}).status_code == 201
    answer = manager.post(path, {"name": "clerk"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    other = RoleFactory(tenant=tenant, name="other")
    assert manager.patch(f"{path}/{other.pk}", {"name": "clerk"}).status_code == 409
    assert len(told("created")) == 1 and told("changed") == []


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({}, "#/name"),
        ({"name": " clerk"}, "#/name"),
        ({"name": "x", "permissions": ["members:read", "all"]}, "#/permissions/1"),
        ({"name": "x", "description": "a\nb"}, "#/description"),
    ],
)
def test_a_refusal_points_at_its_field(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    sent: dict[str, Any],
    pointer: str,
) -> None:
    before = tenant.roles.count()
    answer = manager.post(path, sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert tenant.roles.count() == before


def test_nobody_makes_a_role_that_may_do_more_than_they(
    member: Member,
    as_user: As,
    tenant: Tenant,
    path: str,
) -> None:
    clerk = as_user(member("roles:write").user)
    sent = {"name": "boss", "permissions": ["roles:write", "tenant:write"]}
    answer = clerk.post(path, sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "tenant:write" in answer.json()["detail"]
    assert not tenant.roles.filter(name="boss").exists()


def test_a_patch_changes_what_it_names_and_leaves_the_rest(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    role = RoleFactory(tenant=tenant, permissions=["members:read"])
    before = manager.get(f"{path}/{role.pk}").json()
    sent = {"description": "Sells"}
    answer = manager.patch(f"{path}/{role.pk}", sent, format="json")
    assert answer.json() == before | sent
    assert manager.get(f"{path}/{role.pk}").json() == answer.json()
    for same in (sent, {}):
        manager.patch(f"{path}/{role.pk}", same, format="json")
    (event,) = told("changed")
    assert event.details == {"changed": ["description"], "permissions": []}


@pytest.mark.parametrize("way", ["rename", "delete"])
def test_a_holder_lives_on_with_the_roles_there_are_now(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    signed_in: SignedIn,
    way: str,
) -> None:
    role = RoleFactory(tenant=tenant, name="clerk")
    signed_in.membership.roles.add(role)
    if way == "rename":
        manager.patch(f"{path}/{role.pk}", {"name": "seller"}, format="json")
    else:
        assert manager.delete(f"{path}/{role.pk}").status_code == 204
    assert signed_in.read() == 401, "its access token says what no longer holds"
    status, body = signed_in.refresh()
    assert status == 200
    assert roles_in(body["access_token"]) == (["seller"] if way == "rename" else [])
    assert signed_in.read_with(body["access_token"]) == 200
    assert signed_in.membership.epoch == 0


def test_other_words_for_a_role_disturb_nobody(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    signed_in: SignedIn,
) -> None:
    role = RoleFactory(tenant=tenant)
    signed_in.membership.roles.add(role)
    manager.patch(f"{path}/{role.pk}", {"description": "Sells"}, format="json")
    assert signed_in.read() == 200


def test_a_deleted_role_is_gone_and_its_holders_are_not(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    role = RoleFactory(tenant=tenant)
    holder = MembershipFactory(tenant=tenant)
    holder.roles.add(role)
    assert manager.delete(f"{path}/{role.pk}").status_code == 204
    for again in (manager.get, manager.delete):
        assert again(f"{path}/{role.pk}").status_code == 404
    holder.refresh_from_db()
    assert not holder.roles.exists()
    (event,) = told("deleted")
    assert event.target_id == str(role.pk)


def test_a_role_that_loses_its_permissions_shuts_the_door_at_once(
    root: APIClient,
    member: Member,
    as_user: As,
    tenant: Tenant,
    path: str,
) -> None:
    clerk = member("roles:read")
    caller = as_user(clerk.user)
    assert caller.get(path).status_code == 200
    sent: dict[str, Any] = {"permissions": []}
    root.patch(f"{path}/{clerk.roles.get().pk}", sent, format="json")
    assert caller.get(path).status_code == 404


def test_a_role_may_ask_for_a_second_factor(
    manager: APIClient,
    path: str,
) -> None:
    made = manager.post(path, {"name": "boss", "mfa_required": True}).json()
    assert made["mfa_required"] is True
    answer = manager.patch(f"{path}/{made['id']}", {"mfa_required": False})
    assert answer.json() == made | {"mfa_required": False}
    (event,) = told("changed")
    assert event.details["changed"] == ["mfa_required"]


BAD: list[Any] = ["x", {}, 7, None, [7], [None], [["x"]], [{"name": "x"}]]
TEXTS = ["", "a b", '"', "\\", "é", "🦊", "a\n", "\x00", "\ud800", "x" * 65]


@pytest.mark.parametrize(
    "values",
    [*BAD, *([text] for text in TEXTS), ["x" * 60_000], [f"p{n}" for n in range(51)]],
)
def test_api_permissions_that_no_token_could_carry_are_refused(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    values: Any,
) -> None:
    before = tenant.roles.count()
    raw = json.dumps({"name": "clerk", "api_permissions": values})
    answer = manager.post(path, raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert tenant.roles.count() == before


def test_a_tenant_admin_names_permissions_for_their_own_apis(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    sent = {"name": "clerk", "api_permissions": ["orders:refund", "a!~", "a!~"]}
    made = manager.post(path, sent, format="json").json()
    assert made["api_permissions"] == ["a!~", "orders:refund"]
    change: dict[str, Any] = {"api_permissions": []}
    answer = manager.patch(f"{path}/{made['id']}", change, format="json")
    assert answer.json() == made | change


def test_a_role_that_a_holders_token_has_no_room_for_is_a_conflict(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    first, second = RoleFactory.create_batch(2, tenant=tenant)
    MembershipFactory(tenant=tenant).roles.add(first, second)
    for role, status in ((first, 200), (second, 409)):
        sent = {
            "api_permissions": [f"{n}{role.name}".ljust(64, "x") for n in range(50)]
        }
        answer = manager.patch(f"{path}/{role.pk}", sent, format="json")
        assert answer.status_code == status
    assert answer.json()["code"] == "conflict" and "room" in answer.json()["detail"]


def test_strangers_name_no_permissions(
    client: APIClient,
    member: Member,
    as_user: As,
    tenant: Tenant,
    path: str,
) -> None:
    role = RoleFactory(tenant=tenant)
    stranger = as_user(member("roles:write", of=TenantFactory()).user)
    reader = as_user(member("roles:read").user)
    person = as_user(member("roles:write").user, scopes=("account",))
    sent = {"api_permissions": ["orders:refund"]}
    for caller, status in (
        (client, 401),
        (stranger, 404),
        (reader, 403),
        (person, 403),
    ):
        answer = caller.patch(f"{path}/{role.pk}", sent, format="json")
        assert answer.status_code == status
    role.refresh_from_db()
    assert role.api_permissions == []


def test_other_permissions_reach_a_holder_with_the_next_refresh(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    keys: None,
) -> None:
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[api])
    session = SessionFactory(application=application, audience=api)
    role = RoleFactory(tenant=tenant, api_permissions=["orders:read"])
    person = Membership.objects.get(user=session.login.user, tenant=tenant)
    person.roles.add(role)
    pair = minting.issue(session.sid)
    asked = {"token": pair.access_token, "audience": api.identifier}
    caller, verify = APIClient(), "/api/v1/tokens/verify"
    said = caller.post(verify, asked, format="json").json()
    assert said["claims"]["permissions"] == ["orders:read"]
    change = {"api_permissions": ["orders:refund"]}
    assert manager.patch(f"{path}/{role.pk}", change, format="json").status_code == 200
    stale = caller.post(verify, asked, format="json").json()
    assert stale["active"] is False
    body = {"refresh_token": pair.refresh_token}
    fresh = caller.post("/api/v1/tokens/refresh", body, format="json").json()
    claims = jwt.decode(fresh["access_token"], options={"verify_signature": False})
    assert claims["permissions"] == ["orders:refund"]
