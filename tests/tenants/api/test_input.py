"""Bad bodies for every endpoint that takes one: a 4xx problem, and nothing changed."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tenants.models import Api, Application, Invitation, Membership, Role, Tenant
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

METADATA: dict[str, Any] = {
    **{"post_logout_redirect_uris": [], "backchannel_logout_uri": "", "jwks": None},
    **{"client_authentication": "client_secret", "jwks_uri": "", "client_uri": ""},
    **{"require_pushed_authorization_requests": False, "policy_uri": ""},
    **{"tos_uri": "", "id_token_algorithm": "RS256", "manages": ""},
}
FIELDS: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/tenants"): {
        **{"slug": "acme", "name": "Acme", "registration": "open"},
        **{"verification_required": True, "mfa_required": True},
    },
    ("patch", "/tenants/{t}"): {
        **{"name": "Acme", "registration": "open", "mfa_required": True},
        "verification_required": True,
    },
    ("post", "/tenants/{t}/applications"): {
        **{"name": "App", "type": "web", "is_first_party": False},
        **{"redirect_uris": [], "allowed_origins": [], "grants": [], "scopes": []},
        **{"audiences": [], "signing_algorithm": "ES256"},
        **{"access_token_seconds": 60, "session_idle_seconds": 60},
        "session_absolute_seconds": 60,
        **METADATA,
    },
    ("patch", "/tenants/{t}/applications/{app}"): {
        **{"name": "App", "is_first_party": False},
        **{"redirect_uris": [], "allowed_origins": [], "grants": [], "scopes": []},
        **{"audiences": [], "signing_algorithm": "ES256"},
        **{"access_token_seconds": 60, "session_idle_seconds": 60},
        "session_absolute_seconds": 60,
        **METADATA,
    },
    ("post", "/tenants/{t}/applications/{app}/secrets"): {"overlap": 60},
    ("post", "/tenants/{t}/apis"): {
        **{"identifier": "https://new.example.com", "name": "New", "scopes": []}
    },
    ("patch", "/tenants/{t}/apis/{api}"): {"name": "New", "scopes": []},
    ("put", "/tenants/{t}/apis/{api}/shared-with"): {"tenants": []},
    ("post", "/tenants/{t}/roles"): {
        **{"name": "clerk", "description": "", "permissions": []},
        **{"api_permissions": [], "mfa_required": True},
    },
    ("patch", "/tenants/{t}/roles/{r}"): {
        **{"name": "clerk", "description": "", "permissions": []},
        **{"api_permissions": [], "mfa_required": True},
    },
    ("post", "/tenants/{t}/invitations"): {"email": "a@example.com", "roles": []},
    ("post", "/auth/invitation"): {"key": "k"},
    ("post", "/auth/accept-invitation"): {
        **{"key": "k", "password": "correct horse battery staple", "name": "Ann"}
    },
    ("post", "/tenants/{t}/memberships"): {
        **{"email": "a@example.com", "roles": [], "expires_at": "2030-01-01T00:00:00Z"}
    },
    ("patch", "/tenants/{t}/memberships/{m}"): {
        **{"roles": [], "expires_at": "2030-01-01T00:00:00Z"}
    },
}
# no text field, list, number, boolean or time takes any of these
STRANGE: list[Any] = [
    {"a": 1},
    [[]],
    [{"name": ["x"]}],
    1.5,
    -(10**30),
    "a\x00b",
    "\ud800",
    "x" * 10_000,
    ["\x00"],
    [5],
    [None],
]
endpoints = pytest.mark.parametrize(
    ("method", "path"), list(FIELDS), ids=lambda v: str(v)
)


@pytest.fixture
def ids(tenant: Tenant) -> dict[str, str]:
    """One of each in `tenant`, with its id."""
    application = ApplicationFactory(
        tenant=tenant, type="web", is_first_party=False, scopes=[]
    )
    return {
        "t": tenant.slug,
        "app": application.client_id,
        "api": str(ApiFactory(tenant=tenant).pk),
        "r": str(RoleFactory(tenant=tenant).pk),
        "m": str(MembershipFactory(tenant=tenant).pk),
    }


def state() -> list[Any]:
    """Return everything that a forged body might have changed."""
    models = (Tenant, Api, Application, Role, Membership, Invitation)
    return [list(model._default_manager.values()) for model in models]


def send(
    caller: APIClient,
    method: str,
    target: str,
    body: Any,
) -> Any:
    """Send a body as ASCII JSON: a lone surrogate arrives as an escape."""
    raw = json.dumps(body)
    return getattr(caller, method)(target, raw, content_type="application/json")


def refused(
    answer: Any,
    *context: Any,
) -> dict[str, Any]:
    """Return the problem document of a 400."""
    assert answer.status_code == 400, (answer.status_code, answer.content, *context)
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


@endpoints
def test_strange_values_are_refused_in_every_field(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
) -> None:
    good, before = FIELDS[method, path], state()
    for field in good:
        for value in STRANGE:
            forged = {**good, field: value}
            target = "/api/v1" + path.format(**ids)
            refused(send(root, method, target, forged), field, value)
    assert state() == before


@endpoints
def test_unknown_and_privileged_fields_are_refused(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
) -> None:
    good, before = FIELDS[method, path], state()
    for field in ("id", "tenant", "epoch", "client_id", "suspended_at", "is_built_in"):
        target = "/api/v1" + path.format(**ids)
        problem = refused(send(root, method, target, {**good, field: "x"}), field)
        assert problem["errors"][0] == {
            "pointer": f"#/{field}",
            "code": "unknown_field",
            "detail": "This field is not known.",
        }
    assert state() == before


@endpoints
@pytest.mark.parametrize("body", [[], ["x"], "x", 5, None, True, [{"name": "x"}]])
def test_a_body_that_is_no_object_is_refused(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
    body: Any,
) -> None:
    target = "/api/v1" + path.format(**ids)
    before = state()
    refused(send(root, method, target, body))
    assert state() == before


@endpoints
def test_forms_and_broken_json_are_refused(
    root: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
) -> None:
    target, call = "/api/v1" + path.format(**ids), getattr(root, method)
    before = state()
    for raw in (b"{", b'{"name": "\xff"}', b"[" * 10_000, b'{"a": 1, "a": 2}'):
        refused(call(target, raw, content_type="application/json"), raw[:20])
    form = "application/x-www-form-urlencoded"
    assert call(target, "name=x", content_type=form).status_code == 415
    assert state() == before


@pytest.mark.parametrize("value", ["1", "-1", "x", "\x00", "\u202e", "%00"])
def test_forged_cursors_and_limits_are_refused(
    root: APIClient,
    ids: dict[str, str],
    value: str,
) -> None:
    for rest in (
        "",
        "/{t}/apis",
        "/{t}/roles",
        "/{t}/memberships",
        "/{t}/invitations",
        "/{t}/applications",
    ):
        path = "/api/v1/tenants" + rest.format(**ids)
        assert root.get(path, {"cursor": value}).status_code == 400
        expected = 200 if value == "1" else 400
        assert root.get(path, {"limit": value}).status_code == expected


@pytest.mark.parametrize(
    "slug", ["%00", "%ff", "..", "ACME%0a", "%F0%9F%98%80", "a" * 5000, "é", "'--"]
)
def test_strange_slugs_find_nothing(
    root: APIClient,
    slug: str,
) -> None:
    assert root.get(f"/api/v1/tenants/{slug}").status_code in (400, 404)
