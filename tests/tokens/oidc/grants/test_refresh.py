"""The refresh grant: the session machinery of REST, at the client's own door."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Application
from tenants.services.secrets import issue
from tests.conftest import Together
from tests.factories import ApiFactory, UserFactory
from tests.tokens.oidc.party import (
    Party,
    browser_of,
    client_application,
    orders_application,
    unread,
)
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def party() -> Party:
    return Party(orders_application())


@pytest.mark.spec("RFC 6749 6", "OIDC Core 12.2")
def test_a_refresh_gives_the_next_pair_and_an_id_token_without_nonce(
    party: Party,
    ann: User,
) -> None:
    first = party.tokens(browser_of(ann), scope="openid orders:read")
    body = party.refresh(first["refresh_token"]).json()
    assert body["scope"] == "openid orders:read"
    assert body["refresh_token"] != first["refresh_token"]
    old, new = unread(first["id_token"]), unread(body["id_token"])
    assert "nonce" not in new
    assert {k: old[k] for k in ("iss", "sub", "aud", "auth_time", "sid")} == {
        k: new[k] for k in ("iss", "sub", "aud", "auth_time", "sid")
    }


@pytest.mark.spec("RFC 9700 4.14.2")
def test_an_old_refresh_token_ends_the_session(
    party: Party,
    ann: User,
    settings: Any,
) -> None:
    settings.REFRESH_GRACE_SECONDS = 0
    first = party.tokens(browser_of(ann))
    second = party.refresh(first["refresh_token"]).json()
    response = party.refresh(first["refresh_token"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert party.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.spec("RFC 6749 6")
def test_a_scope_is_narrowed_for_one_answer_and_never_widened(
    party: Party,
    ann: User,
) -> None:
    first = party.tokens(browser_of(ann), scope="openid orders:read orders:write")
    less = party.refresh(first["refresh_token"], scope="orders:read").json()
    assert less["scope"] == "orders:read" and "id_token" not in less
    more = party.refresh(less["refresh_token"], scope="orders:read email")
    assert more.json()["error"] == "invalid_scope"
    whole = party.refresh(less["refresh_token"]).json()
    assert whole["scope"] == "openid orders:read orders:write"


@pytest.mark.spec("RFC 8707 2.2")
def test_a_refresh_may_be_for_another_api_of_the_client(
    party: Party,
    ann: User,
) -> None:
    other = ApiFactory(tenant=party.application.tenant)
    party.application.apis.add(other)
    first = party.tokens(browser_of(ann), scope="openid orders:read")
    body = party.refresh(first["refresh_token"], resource=other.identifier).json()
    assert unread(body["access_token"])["aud"] == other.identifier
    foreign = ApiFactory()
    response = party.refresh(body["refresh_token"], resource=foreign.identifier)
    assert response.json()["error"] == "invalid_target"
    assert party.refresh(body["refresh_token"]).status_code == 200


def test_a_refresh_token_is_bound_to_its_client_and_door(
    party: Party,
    ann: User,
) -> None:
    first = party.tokens(browser_of(ann))
    other = Party(client_application())
    assert other.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    rest = Client().post(
        "/api/v1/tokens/refresh",
        {"refresh_token": first["refresh_token"]},
        content_type="application/json",
    )
    assert rest.json()["code"] == "rest_login_not_allowed"
    assert party.refresh(first["refresh_token"]).status_code == 200


@pytest.mark.spec("RFC 6749 6", "RFC 6749 10.4")
def test_a_client_with_a_secret_shows_it_to_refresh(ann: User) -> None:
    web = client_application(type=Application.Type.WEB)
    party = Party(web, secret=issue(web, acting_user=None).clear)
    first = party.tokens(browser_of(ann))
    for wrong in (Party(web), Party(web, secret="ntts_wrong")):
        response = wrong.refresh(first["refresh_token"])
        assert response.json()["error"] == "invalid_client"
    assert party.refresh(first["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "\u00e9", "a.b.c", "x" * 20_000])
def test_garbage_is_refused(
    party: Party,
    token: str,
) -> None:
    response = party.refresh(token)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_grant", "invalid_request")


@pytest.mark.parametrize("kind", ["access_token", "id_token"])
def test_another_kind_of_token_refreshes_nothing(
    party: Party,
    ann: User,
    kind: str,
) -> None:
    body = party.tokens(browser_of(ann))
    assert party.refresh(body[kind]).json()["error"] == "invalid_grant"


@pytest.mark.django_db(transaction=True)
def test_parallel_refreshes_have_one_successor(
    ann: User,
    together: Together,
) -> None:
    party = Party(client_application())
    first = party.tokens(browser_of(ann))

    def refresh(_: int) -> str:
        body = party.refresh(first["refresh_token"]).json()
        return str(unread(body["refresh_token"])["jti"])

    assert len(set(together(8, refresh))) == 1
    assert Session.objects.get(application=party.application).generation == 1
