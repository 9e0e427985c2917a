"""The OpenAPI document against the server: what it promises is what happens."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts import flows
from tenants.services import secrets
from tests.config.test_openapi import described, guarded, keyed, operations
from tests.factories import (
    PASSWORD,
    ApiFactory,
    ApplicationFactory,
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tokens import minting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
Call = Callable[[APIClient, str, str], Any]
JSON = "application/json"
BODY_FIRST = {"/api/v1/social/{provider}/token"}  # the body says whose provider
GONE = f"{'A' * 22}.0"  # a cursor of another feed


@pytest.fixture
def root(settings: Any) -> APIClient:
    """A superuser with both scopes, and no limit."""
    settings.RATE_LIMITS = False
    scopes = ["account", "manage"]
    session = SessionFactory(
        user=UserFactory(is_superuser=True),
        application=ApplicationFactory(scopes=scopes),
        scope=" ".join(scopes),
    )
    caller = APIClient()
    token = minting.issue(session.sid).access_token
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return caller


@pytest.fixture
def ids() -> dict[str, str]:
    """One of each for the paths; no key, secret or session of the caller's own."""
    tenant = TenantFactory(slug="acme")
    service = ApplicationFactory(tenant=tenant, type="web", is_first_party=False)
    return {
        "slug": tenant.slug,
        "client_id": service.client_id,
        "secret_id": str(secrets.rotate_secret(service, acting_user=None).row.pk),
        "api_id": str(ApiFactory(tenant=tenant).pk),
        "role_id": str(RoleFactory(tenant=tenant).pk),
        "membership_id": str(MembershipFactory(tenant=tenant).pk),
        "invitation_id": str(InvitationFactory(tenant=tenant).pk),
        "user_id": str(UserFactory().pk),
        "factor_id": str(uuid4()),
        "kid": "none",
        "sid": str(uuid4()),
        "consent_id": str(uuid4()),
        "identity_id": str(uuid4()),
        "provider": "none",
    }


def sending(
    body: Any,
    content_type: str = JSON,
    **headers: str,
) -> Call:
    """Return a call with this body."""

    def call(
        caller: APIClient,
        method: str,
        path: str,
    ) -> Any:
        sent = "" if method == "get" else body
        return caller.generic(
            method.upper(), path, sent, content_type=content_type, headers=headers
        )

    return call


WRONG: dict[str, tuple[tuple[str, ...], Call]] = {
    "no object": (("post", "put", "patch"), sending("[]")),
    "no field of it": (("post", "put", "patch"), sending('{"strange": 1}')),
    "broken JSON": (("post", "put", "patch"), sending("{")),
    "a form": (
        ("post", "put", "patch"),
        sending("a=b", "multipart/form-data; boundary=x"),
    ),
    "too large": (("post", "put", "patch"), sending(json.dumps({"a": "x" * 70_000}))),
    "no JSON wanted": (
        ("get", "post", "put", "patch"),
        sending("[]", accept="text/html"),
    ),
}


@pytest.mark.parametrize(("methods", "call"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_request_is_refused_as_told(
    root: APIClient,
    ids: dict[str, str],
    methods: tuple[str, ...],
    call: Call,
) -> None:
    offences = []
    for method, path, operation in operations():
        if method in methods:
            answer = call(root, method, path.format(**ids))
            told = operation["responses"]
            refused = answer.status_code >= 400 or method == "get"
            if str(answer.status_code) not in told or not refused:
                offences.append(f"{method} {path}: {answer.status_code}")
    assert offences == []


def test_a_strange_query_is_answered_as_told(
    root: APIClient,
    ids: dict[str, str],
) -> None:
    for method, path, operation in operations():
        names = [
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query"
        ]
        for name in names if method == "get" else ():
            answer = root.get(path.format(**ids), {name: "\u202e" * 400})
            assert str(answer.status_code) in operation["responses"], (path, name)


def test_a_conflict_and_what_is_gone_are_answered_as_told(root: APIClient) -> None:
    TenantFactory(slug="acme")
    for name, answer, status in (
        ("createTenant", root.post("/api/v1/tenants", {"slug": "acme"}), 409),
        ("suspendTenant", root.post("/api/v1/tenants/default/suspend"), 409),
        ("register", root.post("/api/v1/auth/register", taken()), 409),
        ("listRevocations", root.get(f"/api/v1/tokens/revocations?after={GONE}"), 410),
    ):
        (told,) = [
            operation["responses"]
            for _, _, operation in operations()
            if operation["operationId"] == name
        ]
        assert answer.status_code == status, (name, answer.content)
        assert str(status) in told, name


def taken() -> dict[str, str]:
    """Return a sign-up with an address that somebody has."""
    return {"email": UserFactory().email, "password": PASSWORD}


def test_a_token_is_needed_where_it_is_told_and_nowhere_else(
    ids: dict[str, str],
) -> None:
    for method, path, operation in operations():
        answer = getattr(APIClient(), method)(path.format(**ids), {}, format="json")
        if guarded(operation):
            assert answer.status_code == 401, (method, path)
        else:
            assert str(answer.status_code) in operation["responses"]
            if answer.status_code == 401:
                assert answer.json()["detail"] == (
                    "Send a Bearer token or `refresh_token`."
                )


def _refresh_token(user: Any) -> str:
    return minting.issue(_session(user).sid).refresh_token


def _for_another_audience(user: Any) -> str:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    session = SessionFactory(user=user, application=application, audience=api)
    return minting.issue(session.sid).access_token


def _of_somebody_disabled(user: Any) -> str:
    token = minting.issue(_session(user).sid).access_token
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    return token


def _of_a_pending_flow(user: Any) -> str:
    return flows.ask_for(user, flows.Purpose.SIGN_IN).flow_token


def _session(
    user: Any,
    scope: str = "account manage",
) -> Any:
    application = ApplicationFactory(scopes=scope.split())
    return SessionFactory(user=user, application=application, scope=scope)


LOGOUT = "/api/v1/auth/logout"
WRONG_TOKENS = (
    _refresh_token,
    _for_another_audience,
    _of_somebody_disabled,
    _of_a_pending_flow,
)


@pytest.mark.parametrize("make", WRONG_TOKENS, ids=lambda make: make.__name__)
def test_no_guarded_endpoint_takes_a_wrong_token(
    ids: dict[str, str],
    settings: Any,
    make: Callable[[Any], str],
) -> None:
    settings.RATE_LIMITS = False
    caller = APIClient()
    token = make(UserFactory(is_superuser=True))
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    asked = 0
    for method, path, operation in operations():
        if (
            guarded(operation) and path != LOGOUT
        ):  # which takes any token of the session
            answer = getattr(caller, method)(path.format(**ids), {}, format="json")
            assert answer.status_code == 401, (method, path, answer.content)
            asked += 1
    assert asked > 60


def test_what_is_not_there_is_answered_as_told(root: APIClient) -> None:
    nowhere = dict.fromkeys(("slug", "client_id", "kid"), "nowhere")
    for method, path, _ in operations():
        if "{" in path and path not in BODY_FIRST:
            names = {part[1:-1] for part in path.split("/") if part[:1] == "{"}
            ids = {name: nowhere.get(name, str(uuid4())) for name in names}
            answer = getattr(root, method)(path.format(**ids), {}, format="json")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_key_is_looked_at_where_it_is_told_and_nowhere_else(
    root: APIClient,
    ids: dict[str, str],
) -> None:
    for method, path, operation in operations():
        if method == "post":
            call = sending('{"strange": 1}', idempotency_key="x" * 256)
            answer = call(root, method, path.format(**ids))
            looked = "Idempotency-Key" in json.dumps(answer.json())
            assert looked is keyed(operation), path


def example(name: str) -> tuple[str, str, Any]:
    """Return method, path and the example body of an operation."""
    for method, path, operation in operations():
        if operation["operationId"] == name:
            return method, path, operation["requestBody"]["content"][JSON]["example"]
    raise LookupError(name)


def test_the_examples_can_be_sent_as_they_stand(root: APIClient) -> None:
    ids: dict[str, str] = {"slug": "acme"}
    TenantFactory(slug="partner")
    for name, key, member in (
        ("createUser", "user_id", "id"),
        ("createTenant", "slug", "slug"),
        ("createApi", "api_id", "id"),
        ("shareApi", "", ""),
        ("createRole", "role_id", "id"),
        ("createApplication", "client_id", "client_id"),
        ("createMembership", "membership_id", "id"),
        ("updateUser", "", ""),
        ("updateTenant", "", ""),
        ("updateApi", "", ""),
        ("updateRole", "", ""),
        ("updateMembership", "", ""),
        ("updateApplication", "", ""),
        ("updateMe", "", ""),
        ("rotateSigningKeys", "", ""),
    ):
        method, path, body = example(name)
        answer = getattr(root, method)(path.format(**ids), body, format="json")
        assert answer.status_code in (200, 201), (name, body, answer.content)
        if key:
            ids[key] = answer.json()[member]


def test_the_examples_sign_up_and_in() -> None:
    tenant = TenantFactory(slug="acme")
    _, _, body = example("register")
    api = ApiFactory(tenant=tenant, identifier=body["audience"])
    ApplicationFactory(tenant=tenant, client_id=body["client_id"], apis=[api])
    for name in ("register", "login"):
        method, path, body = example(name)
        answer = getattr(APIClient(), method)(path, body, format="json")
        assert answer.status_code in (200, 201), answer.content
        assert body["password"] == PASSWORD
        told = described()["paths"][path][method]["responses"]
        shown = told[str(answer.status_code)]["content"][JSON]["example"]
        assert answer.json().keys() == shown.keys()
