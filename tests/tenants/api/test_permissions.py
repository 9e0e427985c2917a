"""Every endpoint against every kind of caller."""

import uuid

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tenants.models import Application, Membership, Tenant
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
from tests.tenants.api.conftest import As
from tests.tenants.conftest import Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

# method, path, permission that opens it (None: superusers only)
ENDPOINTS = [
    ("get", "/tenants/{t}", "tenant:read"),
    ("patch", "/tenants/{t}", "tenant:write"),
    ("post", "/tenants/{t}/suspend", None),
    ("post", "/tenants/{t}/resume", None),
    ("get", "/tenants/{t}/audit-events", "audit:read"),
    ("get", "/tenants/{t}/applications", "applications:read"),
    ("post", "/tenants/{t}/applications", "applications:write"),
    ("get", "/tenants/{t}/applications/{app}", "applications:read"),
    ("patch", "/tenants/{t}/applications/{app}", "applications:write"),
    ("delete", "/tenants/{t}/applications/{app}", "applications:write"),
    ("post", "/tenants/{t}/applications/{app}/suspend", "applications:write"),
    ("post", "/tenants/{t}/applications/{app}/resume", "applications:write"),
    ("get", "/tenants/{t}/applications/{app}/secrets", "applications:read"),
    ("post", "/tenants/{t}/applications/{app}/secrets", "applications:write"),
    ("delete", "/tenants/{t}/applications/{app}/secrets/{s}", "applications:write"),
    ("get", "/tenants/{t}/apis", "apis:read"),
    ("post", "/tenants/{t}/apis", "apis:write"),
    ("get", "/tenants/{t}/apis/{api}", "apis:read"),
    ("patch", "/tenants/{t}/apis/{api}", "apis:write"),
    ("delete", "/tenants/{t}/apis/{api}", "apis:write"),
    ("put", "/tenants/{t}/apis/{api}/shared-with", None),
    ("get", "/tenants/{t}/roles", "roles:read"),
    ("post", "/tenants/{t}/roles", "roles:write"),
    ("get", "/tenants/{t}/roles/{r}", "roles:read"),
    ("patch", "/tenants/{t}/roles/{r}", "roles:write"),
    ("delete", "/tenants/{t}/roles/{r}", "roles:write"),
    ("get", "/tenants/{t}/memberships", "members:read"),
    ("post", "/tenants/{t}/memberships", None),
    ("get", "/tenants/{t}/memberships/{m}", "members:read"),
    ("patch", "/tenants/{t}/memberships/{m}", "members:write"),
    ("delete", "/tenants/{t}/memberships/{m}", "members:write"),
    ("post", "/tenants/{t}/memberships/{m}/suspend", "members:write"),
    ("post", "/tenants/{t}/memberships/{m}/resume", "members:write"),
    ("get", "/tenants/{t}/invitations", "members:read"),
    ("post", "/tenants/{t}/invitations", "members:write"),
    ("get", "/tenants/{t}/invitations/{i}", "members:read"),
    ("delete", "/tenants/{t}/invitations/{i}", "members:write"),
    ("post", "/tenants/{t}/invitations/{i}/resend", "members:write"),
]
INSTANCE = [("get", "/audit-events"), ("post", "/tenants")]
every_endpoint = pytest.mark.parametrize(
    ("method", "path", "permission"),
    ENDPOINTS,
    ids=lambda value: str(value),
)


def body(
    method: str,
    path: str,
) -> dict[str, object]:
    """Return a body that the endpoint would take from a superuser."""
    if method not in ("post", "put"):
        return {}
    bodies: dict[str, dict[str, object]] = {
        "applications": {"name": "New", "type": "web"},
        "apis": {"identifier": "https://new.example.com"},
        "roles": {"name": "new"},
        "memberships": {"user_id": str(UserFactory().pk)},
        "invitations": {"email": "guest@example.com"},
        "shared-with": {"tenants": []},
    }
    return bodies.get(path.rsplit("/", 1)[-1], {})


@pytest.fixture
def ids(tenant: Tenant) -> dict[str, str]:
    """One of each in `tenant`, with its id."""
    application = ApplicationFactory(
        tenant=tenant, type="web", is_first_party=False, scopes=[]
    )
    secret = secrets.rotate_secret(application, acting_user=None).row
    return {
        "t": tenant.slug,
        "app": application.client_id,
        "s": str(secret.pk),
        "api": str(ApiFactory(tenant=tenant).pk),
        "r": str(RoleFactory(tenant=tenant).pk),
        "m": str(MembershipFactory(tenant=tenant).pk),
        "i": str(InvitationFactory(tenant=tenant).pk),
    }


def ask(
    caller: APIClient,
    method: str,
    path: str,
    ids: dict[str, str],
) -> int:
    """Return the status of a call with a good body."""
    target = "/api/v1" + path.format(**ids)
    answer = getattr(caller, method)(target, body(method, path), format="json")
    assert answer.status_code < 500, answer.content
    return int(answer.status_code)


@every_endpoint
def test_a_superuser_may(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    assert ask(root, method, path, ids) in (200, 201, 204)


@every_endpoint
def test_the_one_permission_opens_it(
    member: Member,
    as_user: As,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    caller = as_user(member(permission or "members:write").user)
    allowed = (200, 201, 204) if permission else (403,)
    assert ask(caller, method, path, ids) in allowed


@every_endpoint
def test_another_permission_does_not(
    member: Member,
    as_user: As,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    other = "tenant:read" if permission != "tenant:read" else "roles:read"
    assert ask(as_user(member(other).user), method, path, ids) == 403


@every_endpoint
def test_the_tenant_is_not_found_by_those_without_a_permission_in_it(
    member: Member,
    as_user: As,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    mallory = member(permission or "tenant:write", of=TenantFactory()).user
    for user in (mallory, member().user, UserFactory()):
        assert ask(as_user(user), method, path, ids) == 404


@every_endpoint
def test_the_scope_and_a_token_are_needed(
    client: APIClient,
    as_user: As,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    assert ask(client, method, path, ids) == 401
    unscoped = as_user(UserFactory(is_superuser=True), scopes=("account",))
    assert ask(unscoped, method, path, ids) == 403


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [endpoint for endpoint in ENDPOINTS if endpoint[1].count("{") > 1],
    ids=lambda value: str(value),
)
def test_what_belongs_to_another_tenant_is_not_found(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
    permission: str | None,
) -> None:
    assert ask(root, method, path, {**ids, "t": TenantFactory().slug}) == 404


@every_endpoint
def test_unknown_ids_are_not_found(
    root: APIClient,
    method: str,
    path: str,
    permission: str | None,
) -> None:
    nowhere = str(uuid.uuid4())
    ids = dict.fromkeys(("s", "api", "r", "m", "i"), nowhere)
    assert ask(root, method, path, ids | {"t": "nowhere", "app": "none"}) == 404


@pytest.mark.parametrize(("method", "path"), INSTANCE)
def test_the_instance_is_for_superusers(
    manager: APIClient,
    root: APIClient,
    client: APIClient,
    method: str,
    path: str,
) -> None:
    good = {"slug": "acme"}
    for caller, status in ((client, 401), (manager, 403)):
        answer = getattr(caller, method)(f"/api/v1{path}", good)
        assert answer.status_code == status
    assert getattr(root, method)(f"/api/v1{path}", good).status_code in (200, 201)


def test_a_disabled_admin_is_refused(
    manager: APIClient,
    tenant: Tenant,
    admin: User,
) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert manager.get(f"/api/v1/tenants/{tenant.slug}").status_code == 401


def test_an_expired_admin_finds_nothing(
    manager: APIClient,
    tenant: Tenant,
) -> None:
    Membership.objects.filter(tenant=tenant).update(expires_at=timezone.now())
    assert manager.get(f"/api/v1/tenants/{tenant.slug}").status_code == 404
    assert manager.get("/api/v1/tenants").json()["data"] == []


def test_a_tenant_admin_cannot_reach_first_party(
    manager: APIClient,
    tenant: Tenant,
) -> None:
    path = f"/api/v1/tenants/{tenant.slug}/applications"
    forged = {"name": "x", "type": "spa", "is_first_party": True, "scopes": ["manage"]}
    assert manager.post(path, forged).status_code == 403
    assert not Application.objects.filter(tenant=tenant).exists()
