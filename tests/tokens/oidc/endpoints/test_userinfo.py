"""UserInfo: who holds a token with `openid` learns what its scopes tell, as it is now."""

from typing import Any

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tenants import origins
from tenants.models import Application
from tests.factories import MembershipFactory, RoleFactory, SessionFactory
from tests.tokens.forgery import attacks, monsters, resigned
from tests.tokens.oidc.bearers import FORM, show
from tests.tokens.oidc.confidential import service
from tests.tokens.oidc.endings import ENDINGS, End
from tests.tokens.oidc.party import (
    Party,
    browser_of,
    client_application,
    orders_application,
)
from tokens import keyring, minting
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
HERE = "https://app.example.com"


@pytest.fixture
def token(
    party: Party,
    ann: User,
) -> str:
    """An access token of Ann's with `openid` and `email`."""
    body = party.tokens(browser_of(ann), scope="openid email")
    return str(body["access_token"])


def error_of(response: Any) -> tuple[int, str]:
    """Return status and error; the header says the same as the body."""
    error = response.json().get("error", "")
    if response.status_code in (401, 403):
        challenge = response["WWW-Authenticate"]
        assert challenge.startswith("Bearer")
        assert (f'error="{error}"' in challenge) is bool(error)
    assert response["Cache-Control"] == "no-store"
    return response.status_code, error


@pytest.mark.spec("OIDC Core 5.3.1", "OIDC Core 5.3.2", "OIDC Core 5.4")
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_scopes_say_what_is_told(
    party: Party,
    ann: User,
    method: str,
) -> None:
    role = RoleFactory(tenant=party.application.tenant, name="clerk")
    MembershipFactory(user=ann, tenant=party.application.tenant).roles.add(role)
    told: dict[str, dict[str, object]] = {
        "openid": {},
        "openid profile": {"name": "Ann"},
        "openid email": {"email": "ann@example.com", "email_verified": True},
        "openid roles": {"roles": ["clerk"]},
    }
    for scope, claims in told.items():
        body = party.tokens(browser_of(ann), scope=scope)
        response = show(body["access_token"], method)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"
        assert response["Cache-Control"] == "no-store"
        assert response.json() == {"sub": str(ann.pk), **claims}


@pytest.mark.spec("OIDC Core 5.3.2")
def test_what_is_told_is_what_is_so_now(
    token: str,
    ann: User,
) -> None:
    User.objects.filter(pk=ann.pk).update(email="new@example.com")
    assert show(token).json()["email"] == "new@example.com"


def test_a_token_for_an_api_opens_it_too(ann: User) -> None:
    party = Party(orders_application())
    body = party.tokens(browser_of(ann), scope="openid orders:read")
    assert show(body["access_token"]).json() == {"sub": str(ann.pk)}


@pytest.mark.spec("OIDC Core 5.3.2")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_it_is_signed_on_request(
    ann: User,
    algorithm: str,
) -> None:
    party = Party(client_application(id_token_algorithm=algorithm))
    body = party.tokens(browser_of(ann), scope="openid email")
    response = show(
        body["access_token"],
        headers={"accept": "application/json, application/jwt;q=0.9"},
    )
    assert response["Content-Type"] == "application/json"
    response = show(body["access_token"], headers={"accept": "application/jwt"})
    assert response["Content-Type"] == "application/jwt"
    assert response["Cache-Control"] == "no-store"
    said = response.content.decode()
    assert jwt.get_unverified_header(said)["alg"] == algorithm
    claims = jwt.decode(
        said,
        keyring.current().signer(algorithm).public,
        algorithms=[algorithm],
        audience=party.application.client_id,
        issuer="http://127.0.0.1:8000",
        options={"require": ["iat"]},
    )
    assert claims["sub"] == str(ann.pk)
    assert claims["email"] == "ann@example.com"
    assert error_of(show(said)) == (401, "invalid_token")


@pytest.mark.parametrize("accept", ["*/*", "text/html", "", "\u00e9;q=x", "a" * 9000])
def test_whatever_else_is_accepted_gets_json(
    token: str,
    accept: str,
) -> None:
    response = show(token, headers={"accept": accept})
    assert response["Content-Type"] == "application/json"


@pytest.mark.spec("RFC 6750 3", "RFC 6750 3.1")
@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearer", "Token x"])
def test_nobody_is_asked_for_a_token(header: str | None) -> None:
    sent = {} if header is None else {"authorization": header}
    status, error = error_of(show(None, headers=sent))
    assert (status, error) == (401, "invalid_token" if header == "Bearer" else "")


@pytest.mark.spec("RFC 6750 2", "RFC 6750 5.3")
def test_a_token_anywhere_else_is_refused(token: str) -> None:
    for shown in (None, token):
        asked = show(shown, query=f"?access_token={token}")
        assert error_of(asked) == (400, "invalid_request")
        asked = show(shown, "post", data=f"access_token={token}", content_type=FORM)
        assert error_of(asked) == (400, "invalid_request")
    asked = show(None, "post", data={"access_token": token})
    assert error_of(asked) == (401, "")
    asked = show(
        None, "post", data={"access_token": token}, content_type="application/json"
    )
    assert error_of(asked) == (401, "")


@pytest.mark.spec("RFC 6750 3.1")
def test_a_token_without_openid_is_not_enough(ann: User) -> None:
    party = Party(orders_application())
    body = party.tokens(browser_of(ann), scope="orders:read")
    response = show(body["access_token"])
    assert error_of(response) == (403, "insufficient_scope")
    assert 'scope="openid"' in response["WWW-Authenticate"]


def test_a_token_of_the_rest_door_is_not_enough() -> None:
    token = minting.issue(SessionFactory().sid).access_token
    assert error_of(show(token)) == (403, "insufficient_scope")


@pytest.mark.spec("RFC 6750 3.1")
def test_other_tokens_are_no_access_tokens(
    party: Party,
    ann: User,
) -> None:
    body = party.tokens(browser_of(ann), scope="openid offline_access")
    for name in ("id_token", "refresh_token"):
        assert error_of(show(body[name])) == (401, "invalid_token"), name


def test_a_services_own_token_is_nobodys() -> None:
    token = service().post(grant_type="client_credentials").json()["access_token"]
    assert error_of(show(token)) == (401, "invalid_token")


@pytest.mark.spec("RFC 8725 3.1", "RFC 8725 3.11")
def test_forgeries_are_refused(token: str) -> None:
    assert show(token).status_code == 200
    for name, forged in (*attacks(token), *monsters(token)):
        sent = forged.encode("utf-8", "surrogatepass").decode("latin-1")
        if "\n" in sent or "\r" in sent or sent.strip() == token:
            continue  # no header's value
        assert error_of(show(sent)) == (401, "invalid_token"), name


@pytest.mark.parametrize(
    "text", ["", "x", "\u00e9" * 20, "a.b.c", "x" * 100_000, "a b"]
)
def test_garbage_is_refused(text: str) -> None:
    assert error_of(show(text)) == (401, "invalid_token")


@pytest.mark.parametrize(
    "body",
    [b"a=1&a=2", b"a=%FF", b"\xff=1", b"a=%00", b"&".join([b"a=1"] * 100)],
)
def test_a_malformed_form_is_refused(
    token: str,
    body: bytes,
) -> None:
    response = show(token, "post", data=body, content_type=FORM)
    assert error_of(response) == (400, "invalid_request")


def test_a_body_that_says_nothing_is_as_none(token: str) -> None:
    for kind in ("application/json", FORM, "text/plain"):
        response = show(token, "post", data=b"", content_type=kind)
        assert response.status_code == 200, kind
    assert show(token, "post", data=b"[}", content_type="application/json")
    assert show(token, query="?schema=openid").status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(
    token: str,
    method: str,
) -> None:
    assert show(token, method).status_code == 405


@pytest.mark.spec("RFC 6750 3.1")
@pytest.mark.parametrize("end", ENDINGS)
def test_what_has_ended_tells_nothing(
    token: str,
    party: Party,
    end: End,
) -> None:
    end(Session.objects.get(application=party.application))
    assert error_of(show(token)) == (401, "invalid_token")


def test_a_session_that_ended_without_a_word_tells_nothing(
    token: str,
    party: Party,
) -> None:
    rows = Session.objects.filter(application=party.application)
    rows.update(revoked_at=rows.get().created_at)
    assert error_of(show(token)) == (401, "invalid_token")
    rows.delete()
    assert error_of(show(token)) == (401, "invalid_token")


def test_an_expired_token_tells_nothing(token: str) -> None:
    late = resigned(token, claims={"exp": 1_700_000_000})
    assert error_of(show(late)) == (401, "invalid_token")


def test_it_asks_little_of_the_database(
    token: str,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    show(token)
    with CaptureQueriesContext(connection) as queries:
        show(token)
    assert len(queries) == 2, queries.captured_queries  # the feed, the standing


def test_a_caller_is_slowed_down(
    token: str,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "api_caller": "2/1m"}
    answers = [show(token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert error_of(answers[2]) == (429, "rate_limited")
    assert int(answers[2]["Retry-After"]) > 0


@pytest.mark.spec("OIDC Core 5.3")
def test_a_browser_of_a_listed_origin_may_ask(
    token: str,
    party: Party,
) -> None:
    Application.objects.filter(pk=party.application.pk).update(allowed_origins=[HERE])
    origins.forget()
    asked = Client().options(
        "/oauth/userinfo",
        headers={
            "origin": HERE,
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization",
        },
    )
    assert asked["Access-Control-Allow-Origin"] == HERE
    assert "authorization" in asked["Access-Control-Allow-Headers"]
    assert show(token, headers={"origin": HERE})["Access-Control-Allow-Origin"] == HERE
    elsewhere = show(token, headers={"origin": "https://evil.example.com"})
    assert "Access-Control-Allow-Origin" not in elsewhere
    origins.forget()


def test_bad_tokens_are_counted_and_none_at_all_is_not(settings: Any) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1m"}
    for _ in range(3):
        assert Client().get("/oauth/userinfo").status_code == 401
    answers = [show("not.a.token") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert error_of(answers[2]) == (429, "rate_limited")
    assert int(answers[2]["Retry-After"]) > 0
