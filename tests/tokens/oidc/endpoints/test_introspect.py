"""Introspection: a client that proves itself learns of its own, and of its tenant's APIs."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Application
from tenants.services import applications
from tests.factories import TenantFactory
from tests.tokens.oidc.bearers import MALFORMED
from tests.tokens.oidc.confidential import (
    INACTIVE,
    api_of,
    basic,
    raw,
    service,
    told,
    web,
)
from tests.tokens.oidc.party import Party, browser_of, client_application, unread
from tokens.services import sessions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def party() -> Party:
    """A server-side client."""
    return web()


@pytest.fixture
def tokens(
    party: Party,
    ann: User,
) -> dict[str, Any]:
    """What Ann's client was given."""
    return party.tokens(browser_of(ann), scope="openid email orders:read")


@pytest.mark.spec("RFC 7662 2.1", "RFC 7662 2.2")
def test_a_client_is_told_what_its_own_token_says(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    token = tokens["access_token"]
    assert told(party, token) == {
        "active": True,
        "token_type": "Bearer",
        **unread(token),
    }


@pytest.mark.spec("RFC 7662 2.2")
def test_nothing_of_a_person_is_told_that_the_token_does_not_say(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    said = json.dumps(told(party, tokens["access_token"]))
    assert "ann@" not in said and "username" not in said


@pytest.mark.spec("RFC 7662 2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "\u00e9", "x" * 500])
def test_a_hint_changes_nothing(
    party: Party,
    tokens: dict[str, Any],
    hint: str,
) -> None:
    for name in ("access_token", "refresh_token"):
        answer = told(party, tokens[name], token_type_hint=hint)
        assert answer["active"] is True


@pytest.mark.spec("RFC 7662 2.1", "RFC 6749 2.3.1")
def test_a_client_may_authenticate_in_the_header(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    header = basic(party.application.client_id, party.secret)
    body = f"token={tokens['access_token']}".encode()
    answer = raw("introspect", body, authorization=header)
    assert answer.json()["active"] is True


@pytest.mark.spec("RFC 7662 2.1", "RFC 7662 2.3")
def test_nobody_is_told_without_proof(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    token = tokens["access_token"]
    public = Party(client_application(tenant=party.application.tenant))
    wrong = Party(party.application, secret="ntts_wrong")
    silent = Party(party.application)
    stranger = Party(Application(client_id="nobody"), secret="x")
    for asking in (public, wrong, silent, stranger):
        response = asking.post("introspect", token=token)
        assert response.status_code == 401, asking
        assert response.json()["error"] == "invalid_client"
        assert response["WWW-Authenticate"].startswith("Basic")
    assert raw("introspect", f"token={token}".encode()).status_code == 401
    bearer = raw(
        "introspect", f"token={token}".encode(), authorization=f"Bearer {token}"
    )
    assert bearer.status_code == 401


@pytest.mark.spec("RFC 7662 2.3")
def test_a_suspended_client_is_told_nothing(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    applications.suspend_application(party.application, acting_user=None)
    response = party.post("introspect", token=tokens["access_token"])
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(("body", "kind", "query"), MALFORMED)
def test_a_malformed_request_is_refused(
    party: Party,
    body: bytes,
    kind: str,
    query: str,
) -> None:
    header = basic(party.application.client_id, party.secret)
    answer = raw("introspect", body, kind, query, authorization=header)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_served(method: str) -> None:
    assert getattr(Client(), method)("/oauth/introspect").status_code == 405


@pytest.mark.spec("RFC 7662 2.2")
def test_a_client_of_another_tenant_is_told_nothing(tokens: dict[str, Any]) -> None:
    for other in (web(), service()):
        for name in ("access_token", "refresh_token", "id_token"):
            assert told(other, tokens[name]) == INACTIVE, name


@pytest.mark.spec("RFC 7662 2.1", "RFC 7662 4")
def test_an_api_is_told_of_the_tokens_for_it(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    owner = service(tenant=party.application.tenant)
    answer = told(owner, tokens["access_token"])
    assert answer["active"] is True
    assert answer["aud"] == api_of(party).identifier
    assert answer["client_id"] == party.application.client_id
    for name in ("refresh_token", "id_token"):
        assert told(owner, tokens[name]) == INACTIVE, name


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        ("openid", "http://127.0.0.1:8000/oauth/userinfo"),
        ("account", "http://127.0.0.1:8000/api/v1"),
    ],
)
def test_our_own_api_is_no_tenants(
    party: Party,
    ann: User,
    scope: str,
    audience: str,
) -> None:
    beside = service(tenant=party.application.tenant)
    party.application.apis.clear()
    Application.objects.filter(pk=party.application.pk).update(scopes=["account"])
    token = party.tokens(browser_of(ann), scope=scope)["access_token"]
    assert told(party, token)["aud"] == audience
    assert told(beside, token) == INACTIVE


def test_an_api_shared_with_another_tenant_is_its_owners_alone(ann: User) -> None:
    owner = service()
    guest = web(tenant=TenantFactory())
    api = api_of(owner)
    api.shared_with.add(guest.application.tenant)
    guest.application.apis.set([api])
    body = guest.tokens(browser_of(ann), scope="openid orders:read")
    assert told(owner, body["access_token"])["aud"] == api.identifier
    beside = service(tenant=guest.application.tenant)
    assert told(beside, body["access_token"]) == INACTIVE


@pytest.mark.spec("RFC 7662 2.2")
def test_a_services_own_token_has_no_session() -> None:
    party = service()
    token = party.post(grant_type="client_credentials").json()["access_token"]
    answer = told(party, token)
    assert answer["active"] is True
    assert answer["sub"] == party.application.client_id
    assert not {"sid", "roles", "auth_time", "amr", "acr"} & set(answer)


@pytest.mark.spec("RFC 7662 2.1")
def test_bad_tokens_of_a_client_are_answers_and_not_counted(
    party: Party,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1m"}
    for _ in range(4):
        assert told(party, "nonsense") == INACTIVE
    assert not Event.objects.filter(action=Action.CLIENT_REFUSED).exists()


@pytest.mark.spec("RFC 7662 2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_what_was_revoked_may_be_asked_about_as_often_as_it_comes(
    party: Party,
    tokens: dict[str, Any],
    settings: Any,
    kind: str,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1m"}
    sessions.revoke(tokens["refresh_token"])
    assert [told(party, tokens[kind]) for _ in range(4)] == [INACTIVE] * 4
    assert party.post("introspect", token="x").status_code == 200


@pytest.mark.spec("RFC 7662 4")
def test_bad_clients_are_counted(
    party: Party,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1m"}
    wrong = Party(party.application, secret="ntts_wrong")
    codes = [wrong.post("introspect", token="x").status_code for _ in range(3)]
    assert codes == [401, 401, 429]
    assert Event.objects.filter(action=Action.CLIENT_REFUSED).count() == 2


def test_it_asks_little_of_the_database(
    party: Party,
    tokens: dict[str, Any],
) -> None:
    owner = service(tenant=party.application.tenant)
    asked = {
        "its own": (party, "access_token", 2),  # the client, the feed
        "its tenant's API's": (owner, "access_token", 3),  # and whose API that is
        "its refresh token": (party, "refresh_token", 3),  # and the standing
    }
    for name, (asking, kind, number) in asked.items():
        told(asking, tokens[kind])
        with CaptureQueriesContext(connection) as queries:
            told(asking, tokens[kind])
        assert len(queries) == number, (name, queries.captured_queries)
