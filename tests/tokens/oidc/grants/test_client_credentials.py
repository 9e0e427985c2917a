"""A service acts for itself: its own scopes, its tenant's APIs, and nobody's identity."""

from typing import Any

import pytest
from django.test import Client

from tenants.models import Application
from tenants.services import applications
from tenants.services.secrets import issue
from tests.factories import ApiFactory
from tests.tokens.oidc.party import Party, orders_application
from tokens import verification
from tokens.errors import TokenRevoked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
GRANT = "client_credentials"


@pytest.fixture
def party() -> Party:
    service = orders_application(
        type=Application.Type.SERVICE, grants=[GRANT], is_first_party=False
    )
    return Party(service, secret=issue(service, acting_user=None).clear)


@pytest.mark.spec("RFC 6749 4.4.3", "RFC 9068 2.2")
def test_a_service_gets_a_token_of_its_own(party: Party) -> None:
    response = party.post(grant_type=GRANT)
    body = response.json()
    assert response["Cache-Control"] == "no-store"
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert body["scope"] == "orders:read orders:write"
    claims = verification.verify(body["access_token"], audience=None).claims
    assert claims["sub"] == claims["client_id"] == party.application.client_id
    assert claims["tenant"] == str(party.application.tenant_id)
    assert not {"sid", "roles", "amr", "acr", "auth_time"} & set(claims)


@pytest.mark.spec("RFC 6749 3.3")
@pytest.mark.parametrize("scope", ["orders:read admin", "openid", "account", "manage"])
def test_a_scope_beyond_its_own_is_refused(
    party: Party,
    scope: str,
) -> None:
    response = party.post(grant_type=GRANT, scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")


def test_fewer_scopes_are_given_as_asked(party: Party) -> None:
    body = party.post(grant_type=GRANT, scope="orders:read").json()
    assert body["scope"] == "orders:read"


@pytest.mark.spec("RFC 8707 2.2")
def test_it_is_bound_to_its_tenants_apis(party: Party) -> None:
    own = party.application.apis.get().identifier
    assert party.post(grant_type=GRANT, resource=own).status_code == 200
    foreign = ApiFactory().identifier
    for resource in (foreign, "http://127.0.0.1:8000/api/v1", "\u00e9"):
        response = party.post(grant_type=GRANT, resource=resource)
        assert response.json()["error"] == "invalid_target", resource


def test_its_token_is_nobody_on_our_own_api(party: Party) -> None:
    token = party.post(grant_type=GRANT).json()["access_token"]
    response = Client().get(
        "/api/v1/users/me", headers={"authorization": f"Bearer {token}"}
    )
    assert response.status_code == 401


def test_a_suspended_service_gets_none_and_its_tokens_are_refused(party: Party) -> None:
    token = party.post(grant_type=GRANT).json()["access_token"]
    applications.suspend_application(party.application, acting_user=None)
    with pytest.raises(TokenRevoked):
        verification.verify(token, audience=None)
    response = party.post(grant_type=GRANT)
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("traits", "error"),
    [
        ({"type": Application.Type.SPA, "grants": [GRANT]}, "unauthorized_client"),
        ({"type": Application.Type.WEB, "grants": []}, "unauthorized_client"),
    ],
)
def test_only_those_that_may_act_for_themselves(
    traits: dict[str, Any],
    error: str,
) -> None:
    application = orders_application(**traits)
    secret = ""
    if application.is_confidential:
        secret = issue(application, acting_user=None).clear
    response = Party(application, secret=secret).post(grant_type=GRANT)
    assert response.json()["error"] == error
