"""Revocation: a client ends its own tokens, and touches nobody else's."""

from typing import Any

import pytest
from django.test import Client

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants import origins
from tenants.models import Application
from tenants.services import applications
from tests.conftest import Together
from tests.tokens.forgery import attacks, monsters, resigned
from tests.tokens.oidc.bearers import MALFORMED, show
from tests.tokens.oidc.confidential import INACTIVE, basic, raw, service, told, web
from tests.tokens.oidc.endings import ENDINGS, End
from tests.tokens.oidc.party import Party, browser_of, client_application
from tokens import feed
from tokens.models import Login, Revocation, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
KINDS = ("access_token", "refresh_token")
Tokens = dict[str, Any]
HERE = "https://app.example.com"


@pytest.fixture
def party() -> Party:
    """A server-side client."""
    return web()


@pytest.fixture
def tokens(
    party: Party,
    ann: User,
) -> Tokens:
    """What Ann's client was given."""
    return party.tokens(browser_of(ann), scope="openid orders:read")


def revoked(
    party: Party,
    token: str,
    **given: Any,
) -> None:
    """Revoke a token; fails unless the answer is an empty 200."""
    response = party.post("revoke", token=token, **given)
    assert (response.status_code, response.content) == (200, b"")
    assert response["Cache-Control"] == "no-store"


def error_of(response: Any) -> tuple[int, str]:
    """Return status and error of a refusal."""
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()["error"]


def untouched(
    party: Party,
    tokens: Tokens,
) -> None:
    """Fail unless the tokens work as before."""
    assert not Revocation.objects.exists()
    assert not Event.objects.filter(action=Action.TOKEN_REVOKED).exists()
    assert show(tokens["access_token"]).status_code == 200
    assert party.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.spec("RFC 7009 2.1", "RFC 7009 2.2")
def test_a_revoked_refresh_token_takes_all_of_its_session_with_it(
    party: Party,
    tokens: Tokens,
) -> None:
    for _ in range(3):
        revoked(party, tokens["refresh_token"])
    refused = party.refresh(tokens["refresh_token"])
    assert error_of(refused) == (400, "invalid_grant")
    for kind in KINDS:
        assert told(party, tokens[kind]) == INACTIVE, kind
    assert show(tokens["access_token"]).status_code == 401
    session = Session.objects.get(application=party.application)
    assert session.reason == Action.TOKEN_REVOKED
    assert Login.objects.get(pk=session.login_id).revoked_at is None
    event = Event.objects.get(action=Action.TOKEN_REVOKED)
    assert event.actor_id == str(party.application.pk)
    assert tokens["refresh_token"] not in str(event.__dict__)


@pytest.mark.spec("RFC 7009 2.1", "RFC 7009 2.2")
def test_a_revoked_access_token_is_refused_alone(
    party: Party,
    tokens: Tokens,
) -> None:
    for _ in range(3):
        revoked(party, tokens["access_token"])
    assert told(party, tokens["access_token"]) == INACTIVE
    assert show(tokens["access_token"]).status_code == 401
    fresh = party.refresh(tokens["refresh_token"])
    assert fresh.status_code == 200
    assert show(fresh.json()["access_token"]).status_code == 200
    assert Event.objects.filter(action=Action.TOKEN_REVOKED).count() == 1


@pytest.mark.spec("RFC 7009 2.1")
def test_an_older_refresh_token_ends_its_session_too(
    party: Party,
    tokens: Tokens,
) -> None:
    fresh = party.refresh(tokens["refresh_token"]).json()
    revoked(party, tokens["refresh_token"])
    assert told(party, fresh["refresh_token"]) == INACTIVE
    assert show(fresh["access_token"]).status_code == 401


@pytest.mark.spec("RFC 7009 2.1", "RFC 7009 2.2.1")
@pytest.mark.parametrize(
    "hint", ["access_token", "refresh_token", "id_token", "\u00e9", "x" * 500]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_hint_is_ignored(
    party: Party,
    tokens: Tokens,
    kind: str,
    hint: str,
) -> None:
    revoked(party, tokens[kind], token_type_hint=hint)
    assert told(party, tokens[kind]) == INACTIVE


@pytest.mark.spec("RFC 7009 2.1", "RFC 7009 5")
def test_a_public_client_names_itself(ann: User) -> None:
    party = Party(client_application())
    body = party.tokens(browser_of(ann), scope="openid")
    revoked(party, body["refresh_token"])
    assert show(body["access_token"]).status_code == 401


def test_a_service_revokes_its_own_token() -> None:
    party = service()
    token = party.post(grant_type="client_credentials").json()["access_token"]
    revoked(party, token)
    assert told(party, token) == INACTIVE
    event = Event.objects.get(action=Action.TOKEN_REVOKED)
    assert event.target_type == "application"
    assert event.actor_id == event.target_id == str(party.application.pk)
    assert event.actor_label == event.target_label == str(party.application)


@pytest.mark.spec("RFC 7009 2.1")
@pytest.mark.parametrize("kind", KINDS)
def test_another_clients_token_is_refused_and_not_touched(
    party: Party,
    tokens: Tokens,
    kind: str,
) -> None:
    same = party.application.tenant
    others = [
        web(),
        web(tenant=same),
        service(tenant=same),
        Party(client_application(tenant=same)),
    ]
    for other in others:
        response = other.post("revoke", token=tokens[kind])
        assert error_of(response) == (400, "invalid_grant")
    untouched(party, tokens)


@pytest.mark.spec("RFC 7009 2.1", "RFC 6749 2.3.1")
def test_a_client_that_keeps_a_secret_must_show_it(
    party: Party,
    tokens: Tokens,
) -> None:
    asking = [
        Party(party.application),
        Party(party.application, secret="ntts_wrong"),
        Party(Application(client_id="nobody")),
        Party(Application(client_id="")),
    ]
    for client in asking:
        response = client.post("revoke", token=tokens["refresh_token"])
        assert error_of(response) == (400, "invalid_client")
    token = tokens["access_token"]
    body = f"token={token}".encode()
    for header in (f"Bearer {token}", basic(party.application.client_id, "wrong")):
        response = raw("revoke", body, authorization=header)
        assert error_of(response) == (401, "invalid_client")
    untouched(party, tokens)


def test_a_suspended_client_is_refused(
    party: Party,
    tokens: Tokens,
) -> None:
    applications.suspend_application(party.application, acting_user=None)
    response = party.post("revoke", token=tokens["refresh_token"])
    assert error_of(response) == (400, "invalid_client")


@pytest.mark.spec("RFC 7009 2.2")
def test_what_is_no_token_or_over_is_left_alone(
    party: Party,
    tokens: Tokens,
) -> None:
    past = {"exp": 1_700_000_000}
    late = resigned(tokens["access_token"], claims=past)
    late_refresh = resigned(
        tokens["refresh_token"], claims=past, header={"typ": "rt+jwt"}
    )
    texts = ["nonsense", "..", "\u00e9" * 50, "x" * 30_000]
    for token in (late, late_refresh, tokens["id_token"], *texts):
        revoked(party, token)
    for name, forged in (*attacks(tokens["access_token"]), *monsters("a.b.c")):
        if name != "typ rt+jwt" and forged.strip().isprintable() and forged:
            party.post("revoke", token=forged[:40_000])
    untouched(party, tokens)


@pytest.mark.parametrize("end", ENDINGS[:4])
def test_what_has_ended_before_is_not_revoked_again(
    party: Party,
    tokens: Tokens,
    end: End,
) -> None:
    end(Session.objects.get(application=party.application))
    number = feed.read().number
    for kind in KINDS:
        revoked(party, tokens[kind])
    assert feed.read().number == number
    assert not Event.objects.filter(action=Action.TOKEN_REVOKED).exists()


@pytest.mark.parametrize(("body", "kind", "query"), MALFORMED)
def test_a_malformed_request_is_refused(
    party: Party,
    body: bytes,
    kind: str,
    query: str,
) -> None:
    header = basic(party.application.client_id, party.secret)
    response = raw("revoke", body, kind, query, authorization=header)
    assert error_of(response) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_served(method: str) -> None:
    assert getattr(Client(), method)("/oauth/revoke").status_code == 405


@pytest.mark.spec("RFC 7009 2.3")
def test_a_browser_of_a_listed_origin_may_revoke(ann: User) -> None:
    party = Party(client_application(allowed_origins=[HERE]))
    token = party.tokens(browser_of(ann), scope="openid")["refresh_token"]
    origins.forget()
    body = f"client_id={party.application.client_id}&token={token}".encode()
    response = raw("revoke", body, origin=HERE)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == HERE
    origins.forget()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_recorded(
    party: Party,
    tokens: Tokens,
    together: Together,
) -> None:
    def revoke(number: int) -> int:
        response = party.post("revoke", token=tokens["refresh_token"])
        return int(response.status_code)

    assert together(6, revoke) == [200] * 6
    assert Event.objects.filter(action=Action.TOKEN_REVOKED).count() == 1
    assert told(party, tokens["access_token"]) == INACTIVE
