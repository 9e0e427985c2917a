"""Services that manage: the token that they get, and what ends it."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tenants.models import Application, Tenant
from tenants.services import applications, tenants
from tenants.services.secrets import issue, revoke_secret
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants.managers import (
    as_service,
    bearing,
    built_in,
    manager_of,
    met,
    token_of,
)
from tests.tokens.api.test_authentication import request_with
from tests.tokens.forgery import resigned
from tests.tokens.oidc.party import Party
from tokens.api.authentication import BearerAuthentication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

API = "/api/v1"
GRANT = "client_credentials"


@pytest.fixture
def tenant() -> Tenant:
    """A tenant with a service that manages it."""
    made: Tenant = TenantFactory(slug="acme")
    return made


@pytest.fixture
def clerk(tenant: Tenant) -> Application:
    """A service that manages its tenant."""
    return manager_of(tenant)


@pytest.fixture
def machine(keys: None) -> Application:
    """A service that manages the instance."""
    return manager_of(built_in(), "instance")


def party_of(application: Application) -> Party:
    """Return the client with a secret of its own."""
    return Party(application, secret=issue(application, acting_user=None).clear)


def asked(
    application: Application,
    **given: str,
) -> tuple[int, dict[str, Any]]:
    """Return status and body of a request for a token of its own."""
    response = party_of(application).post(grant_type=GRANT, **given)
    return response.status_code, response.json()


# ---- the token


@pytest.mark.parametrize(
    "given",
    [
        {"scope": "manage", "resource": settings.IDENTITY_API},
        {"resource": settings.IDENTITY_API},
        {"scope": "manage"},
        {},
    ],
)
def test_a_service_that_manages_gets_a_token_for_that(
    clerk: Application,
    given: dict[str, str],
) -> None:
    status, body = asked(clerk, **given)
    assert (status, body["scope"]) == (200, "manage")
    answer = bearing(body["access_token"]).get(f"{API}/tenants")
    assert [row["slug"] for row in answer.json()["data"]] == ["acme"]


def test_one_with_apis_names_what_it_is_for(clerk: Application) -> None:
    api = ApiFactory(tenant=clerk.tenant)
    clerk.apis.add(api)
    clerk.scopes = ["orders:read"]
    clerk.save()
    assert asked(clerk)[1]["scope"] == "orders:read"
    assert asked(clerk, scope="manage")[1]["scope"] == "manage"
    assert asked(clerk, scope="manage orders:read")[1]["error"] == "invalid_scope"
    elsewhere = asked(clerk, scope="manage", resource=api.identifier)
    assert elsewhere[1]["error"] == "invalid_scope"


@pytest.mark.parametrize("scope", ["account", "account manage", "openid", "users:all"])
def test_it_has_no_account_and_no_identity(
    clerk: Application,
    scope: str,
) -> None:
    status, body = asked(clerk, scope=scope, resource=settings.IDENTITY_API)
    assert (status, body["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("type", ["service", "web"])
@pytest.mark.parametrize("scopes", [[], ["account"], ["manage"], ["account", "manage"]])
@pytest.mark.parametrize("is_first_party", [True, False])
def test_any_other_application_gets_none_for_our_api(
    tenant: Tenant,
    type: str,
    scopes: list[str],
    is_first_party: bool,
) -> None:
    """Also one that may get the scope for people."""
    other = manager_of(
        tenant, "", type=type, scopes=scopes, is_first_party=is_first_party
    )
    for given in (
        {"resource": settings.IDENTITY_API},
        {"resource": settings.IDENTITY_API, "scope": "manage"},
        {"scope": "manage"},
        {},
    ):
        status, body = asked(other, **given)
        assert (status, body["error"]) == (400, "invalid_target")


# ---- what ends it


def test_a_cleared_right_is_refused_at_once(clerk: Application) -> None:
    caller = as_service(clerk)
    assert caller.get(f"{API}/tenants").status_code == 200
    applications.change_application(clerk, acting_user=None, manages="")
    assert met(caller.get(f"{API}/tenants")) == (401, "token_revoked")
    assert asked(clerk, scope="manage")[1]["error"] == "invalid_target"


def test_a_narrowed_right_counts_at_once(machine: Application) -> None:
    caller = as_service(machine)
    assert caller.get(f"{API}/users").status_code == 200
    applications.change_application(machine, acting_user=None, manages="tenant")
    assert met(caller.get(f"{API}/users")) == (403, "forbidden")
    assert caller.get(f"{API}/tenants/default").status_code == 200


@pytest.mark.parametrize("how", ["suspended", "deleted", "tenant", "party"])
def test_its_token_ends_with_what_it_hangs_from(
    clerk: Application,
    how: str,
) -> None:
    caller = as_service(clerk)
    if how == "suspended":
        applications.suspend_application(clerk, acting_user=None)
    elif how == "deleted":
        applications.delete_application(clerk, acting_user=None)
    elif how == "tenant":
        tenants.suspend_tenant(clerk.tenant, acting_user=None)
    else:
        applications.change_application(
            clerk, acting_user=None, is_first_party=False, manages=""
        )
    assert met(caller.get(f"{API}/tenants")) == (401, "token_revoked")


@pytest.mark.parametrize("column", ["manages", "suspended_at", "tenant", "row"])
def test_what_ended_behind_our_back_is_refused_too(
    clerk: Application,
    column: str,
) -> None:
    """By SQL, say: no service ran and no revocation was written."""
    caller, mine = as_service(clerk), Application.objects.filter(pk=clerk.pk)
    match column:
        case "manages":
            mine.update(manages="")
        case "suspended_at":
            mine.update(suspended_at=clerk.created_at)
        case "tenant":
            Tenant.objects.update(suspended_at=clerk.created_at)
        case "row":
            mine.delete()
    assert met(caller.get(f"{API}/tenants")) == (401, "token_revoked")


def test_a_revoked_secret_gets_no_more_and_a_revoked_token_ends(
    clerk: Application,
) -> None:
    """The token that was made before lives for its minutes, unless it is revoked."""
    party = party_of(clerk)
    token = party.post(grant_type=GRANT, scope="manage").json()["access_token"]
    row = clerk.secrets.get()
    revoke_secret(clerk, secret_id=row.pk, acting_user=None)
    refused = party.post(grant_type=GRANT, scope="manage")
    assert refused.json()["error"] == "invalid_client"
    assert bearing(token).get(f"{API}/tenants").status_code == 200
    revoked = APIClient().post(f"{API}/tokens/revoke", {"token": token})
    assert revoked.status_code == 204
    assert met(bearing(token).get(f"{API}/tenants")) == (401, "token_revoked")


def test_a_token_that_is_not_quite_one_opens_nothing(clerk: Application) -> None:
    token = token_of(clerk)
    forged: list[dict[str, Any]] = [
        {"sub": str(UserFactory(is_superuser=True).pk)},
        {"sub": ApplicationFactory().client_id},
        {"aud": "https://orders.example.com"},
        {"exp": 1},
    ]
    for claims in forged:
        assert (
            bearing(resigned(token, claims=claims)).get(f"{API}/tenants").status_code
            == 401
        )
    for scope in ("", "account", "orders:read", "manager"):
        other = bearing(resigned(token, claims={"scope": scope}))
        assert met(other.get(f"{API}/tenants")) == (403, "insufficient_scope")


def test_a_call_costs_two_queries(clerk: Application) -> None:
    request = request_with(token_of(clerk))
    BearerAuthentication().authenticate(request)
    with CaptureQueriesContext(connection) as queries:
        BearerAuthentication().authenticate(request)
    assert len(queries) == 2
