"""The code grant: PKCE for every client, each code once."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Application
from tenants.services.secrets import issue
from tests.conftest import Together
from tests.factories import MembershipFactory, RoleFactory, UserFactory
from tests.tokens.oidc.party import (
    CALLBACK,
    Party,
    browser_of,
    client_application,
    fresh_verifier,
    orders_application,
    unread,
)
from tokens import verification
from tokens.models import Session
from tokens.oidc import statements
from tokens.oidc.models import AuthorizationCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def party() -> Party:
    return Party(orders_application())


@pytest.mark.spec("RFC 6749 5.1", "OIDC Core 3.1.3.3", "RFC 9068 2.2")
def test_a_code_is_exchanged_for_tokens(
    party: Party,
    ann: User,
) -> None:
    response = party.exchange(
        party.code_for(browser_of(ann), scope="openid email orders:read")
    )
    body = response.json()
    assert response["Cache-Control"] == "no-store"
    assert body["token_type"] == "Bearer"
    assert body["scope"] == "openid email orders:read"
    claims = verification.verify(body["access_token"], audience=None).claims
    assert claims["sub"] == str(ann.pk)
    assert claims["client_id"] == party.application.client_id
    assert claims["aud"] == party.application.apis.get().identifier
    assert claims["scope"] == body["scope"]
    assert "user" not in body


@pytest.mark.spec("OIDC Core 2", "OIDC Core 3.1.3.6", "OIDC Core 5.4")
def test_the_id_token_says_who_signed_in_and_how(
    party: Party,
    ann: User,
) -> None:
    role = RoleFactory(tenant=party.application.tenant, name="clerk")
    MembershipFactory(user=ann, tenant=party.application.tenant).roles.add(role)
    body = party.tokens(browser_of(ann), scope="openid profile email roles")
    assert jwt.get_unverified_header(body["id_token"])["alg"] == "RS256"
    claims = unread(body["id_token"])
    access = unread(body["access_token"])
    session = Session.objects.get(application=party.application)
    assert claims == {
        "iss": "http://127.0.0.1:8000",
        "sub": str(ann.pk),
        "aud": party.application.client_id,
        "iat": access["iat"],
        "exp": access["iat"] + statements.LIVES_SECONDS,
        "auth_time": int(session.login.auth_time.timestamp()),
        "nonce": "a nonce",
        "amr": ["pwd", "otp", "mfa"],
        "acr": "aal2",
        "sid": str(session.sid),
        "at_hash": statements.half_hash(body["access_token"], "RS256"),
        "name": "Ann",
        "email": "ann@example.com",
        "email_verified": True,
        "roles": ["clerk"],
    }


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_an_application_chooses_how_its_id_tokens_are_signed(
    ann: User,
    algorithm: str,
) -> None:
    party = Party(client_application(id_token_algorithm=algorithm))
    body = party.tokens(browser_of(ann))
    assert jwt.get_unverified_header(body["id_token"])["alg"] == algorithm
    claims = unread(body["id_token"])
    assert claims["at_hash"] == statements.half_hash(body["access_token"], algorithm)
    assert "email" not in claims and "roles" not in claims


def test_without_openid_there_is_no_id_token(
    party: Party,
    ann: User,
) -> None:
    body = party.tokens(browser_of(ann), scope="orders:read")
    assert "id_token" not in body
    assert body["scope"] == "orders:read"


def test_a_refresh_token_is_for_those_that_may_use_one(ann: User) -> None:
    party = Party(client_application(grants=["authorization_code"]))
    body = party.tokens(browser_of(ann), scope="openid offline_access")
    assert "refresh_token" not in body
    assert body["scope"] == "openid"


@pytest.mark.spec("RFC 7636 4.6")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "x" * 10}, "invalid_request"),
        ({"code_verifier": "\u00e9" * 50}, "invalid_request"),
        ({"code_verifier": fresh_verifier()}, "invalid_grant"),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_grant"),
        ({"code": "nothing"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"code": "\u00e9\u0000"}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit\u00e9"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
    ],
)
def test_a_wrong_exchange_is_refused_and_uses_nothing_up(
    party: Party,
    ann: User,
    given: dict[str, Any],
    error: str,
) -> None:
    code = party.code_for(browser_of(ann))
    response = party.exchange(code, **given)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert party.exchange(code).status_code == 200


@pytest.mark.spec("RFC 7636 4.6", "RFC 9700 2.1.1")
def test_a_client_with_a_secret_needs_pkce_too(ann: User) -> None:
    web = client_application(type=Application.Type.WEB)
    party = Party(web, secret=issue(web, acting_user=None).clear)
    code = party.code_for(browser_of(ann))
    response = party.exchange(code, code_verifier=None)
    assert response.json()["error"] == "invalid_request"
    assert party.exchange(code).status_code == 200


@pytest.mark.spec("RFC 6749 4.1.3")
def test_a_code_is_another_clients_to_nobody(
    party: Party,
    ann: User,
) -> None:
    other = Party(client_application())
    code = party.code_for(browser_of(ann))
    assert other.exchange(code).json()["error"] == "invalid_grant"
    assert party.exchange(code).status_code == 200


@pytest.mark.spec("RFC 6749 4.1.2", "RFC 9700 4.5")
def test_a_code_that_comes_back_ends_the_session_it_made(
    party: Party,
    ann: User,
) -> None:
    code = party.code_for(browser_of(ann))
    body = party.exchange(code).json()
    again = party.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
    assert Session.objects.get(application=party.application).revoked_at
    assert Event.objects.filter(action=Action.CODE_REUSED).count() == 1
    assert party.exchange(code).status_code == 400


def test_a_code_lives_for_a_minute(
    party: Party,
    ann: User,
) -> None:
    code = party.code_for(browser_of(ann))
    past = timezone.now() - timedelta(seconds=1)
    row = AuthorizationCode.objects.get()
    assert timedelta(0) < row.expires_at - timezone.now() <= timedelta(seconds=60)
    AuthorizationCode.objects.update(expires_at=past)
    assert party.exchange(code).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(application=party.application).exists()


def test_a_code_is_stored_as_a_digest(
    party: Party,
    ann: User,
) -> None:
    code = party.code_for(browser_of(ann))
    assert code not in str(AuthorizationCode.objects.values())


@pytest.mark.django_db(transaction=True)
def test_of_parallel_exchanges_one_wins_and_its_session_ends(
    ann: User,
    together: Together,
) -> None:
    party = Party(client_application())
    code = party.code_for(browser_of(ann))
    said = together(8, lambda _: party.exchange(code).status_code)
    assert said.count(200) <= 1 and set(said) <= {200, 400}, said
    sessions = Session.objects.filter(application=party.application)
    assert [bool(s.revoked_at) for s in sessions] == [True]


@pytest.mark.parametrize("reason", ["disabled", "signed out", "suspended", "member"])
def test_what_ended_between_code_and_exchange_gives_no_tokens(
    party: Party,
    ann: User,
    reason: str,
) -> None:
    from accounts import services as accounts
    from tenants.models import Membership
    from tenants.services import applications, memberships

    code = party.code_for(browser_of(ann))
    if reason == "disabled":
        accounts.disable_user(ann, acting_user=None)
    elif reason == "signed out":
        accounts.sign_out_everywhere(ann, acting_user=ann)
    elif reason == "suspended":
        applications.suspend_application(party.application, acting_user=None)
    else:
        mine = Membership.objects.get(user=ann, tenant=party.application.tenant)
        memberships.suspend_membership(mine, acting_user=None)
    response = party.exchange(code)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_grant", "invalid_client")
