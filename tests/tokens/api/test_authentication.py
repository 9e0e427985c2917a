"""The Bearer door (RFC 6750): what opens it, and everything that only looks like it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts.models import User
from tests.factories import ApiFactory, ApplicationFactory, SessionFactory, UserFactory
from tests.tokens.forgery import resigned
from tokens import minting
from tokens.api.authentication import BearerAuthentication, bearer_of
from tokens.minting import TokenPair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

MINE = "/api/v1/users/me/sessions"
Pair = Callable[..., TokenPair]


def asked(
    authorization: str,
    path: str = MINE,
) -> tuple[int, str]:
    """Call with this Authorization header; return status and code."""
    answer = APIClient().get(path, headers={"authorization": authorization})
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_written_in_any_case(
    pair_of: Pair,
    scheme: str,
) -> None:
    """RFC 9110 section 11.1."""
    assert asked(f"{scheme} {pair_of().access_token}") == (200, "")


@pytest.mark.parametrize(
    "shape",
    ["Basic {}", "Token {}", "DPoP {}", "{}", "Bearer{}", "Bearer:{}", "Bearer,{}", ""],
)
def test_another_scheme_is_no_sign_in(
    pair_of: Pair,
    shape: str,
) -> None:
    header = shape.format(pair_of().access_token)
    assert asked(header) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "shape",
    ["Bearer", "Bearer ", "Bearer x", "Bearer {} {}", "Bearer {},", 'Bearer "{}"']
    + ["Bearer token={}", "Bearer {}, Bearer {}"],
)
def test_a_bearer_that_is_no_token_is_refused(
    pair_of: Pair,
    shape: str,
) -> None:
    header = shape.replace("{}", pair_of().access_token)
    assert asked(header) == (401, "token_invalid")


def test_a_refusal_names_the_scheme(client: APIClient) -> None:
    """RFC 6750 section 3."""
    for answer in (
        client.get(MINE),
        client.get(MINE, headers={"authorization": "Bearer x"}),
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["access_token", "token", "bearer", "authorization"])
def test_a_token_in_the_query_or_a_cookie_is_not_looked_at(
    client: APIClient,
    pair_of: Pair,
    name: str,
) -> None:
    """RFC 9700 section 4.3.2: addresses are logged and passed on."""
    token = pair_of().access_token
    client.cookies[name] = token
    answer = client.get(MINE, {name: token})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_token_in_the_body_is_not_looked_at(
    client: APIClient,
    pair_of: Pair,
) -> None:
    body = {"access_token": pair_of().access_token}
    answer = client.post("/api/v1/users/me/password", body)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_token_for_another_audience_opens_nothing_here() -> None:
    application = ApplicationFactory()
    api = ApiFactory(tenant=application.tenant)
    application.apis.add(api)
    session = SessionFactory(application=application, audience=api)
    token = minting.issue(session.sid).access_token
    assert asked(f"Bearer {token}") == (401, "token_invalid")


def test_a_refresh_token_opens_nothing(pair_of: Pair) -> None:
    assert asked(f"Bearer {pair_of().refresh_token}") == (401, "token_invalid")


def test_an_expired_token_is_told_from_a_bad_one(pair_of: Pair) -> None:
    """So that a client knows that a refresh will help."""
    late = resigned(pair_of().access_token, claims={"exp": 1})
    assert asked(f"Bearer {late}") == (401, "token_expired")


def test_the_token_of_an_application_itself_is_nobodys(pair_of: Pair) -> None:
    """Not even where its `sub` is the id of a person."""
    own = resigned(pair_of().access_token, claims={"sid": None})
    assert asked(f"Bearer {own}") == (401, "token_invalid")


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_somebody_shut_out_behind_our_back_is_refused(
    pair_of: Pair,
    how: str,
) -> None:
    """By SQL, say: no service ran and no revocation was written."""
    token, users = pair_of().access_token, User.objects.all()
    if how == "disabled":
        users.update(is_active=False)
    else:
        users.get().delete()
    assert asked(f"Bearer {token}") == (401, "token_revoked")


def request_with(token: str) -> Request:
    """Return a request that carries a token."""
    header = {"authorization": f"Bearer {token}"}
    return Request(APIRequestFactory().get(MINE, headers=header))


def test_rights_are_the_databases_and_not_the_tokens(pair_of: Pair) -> None:
    alice = UserFactory(is_superuser=True)
    token = pair_of(alice).access_token
    User.objects.update(is_superuser=False, name="Another")
    found: Any = BearerAuthentication().authenticate(request_with(token))
    user, principal = found
    assert user == alice
    assert (user.is_superuser, user.name) == (False, "Another")
    assert principal.user_id == alice.pk


def test_a_call_costs_two_queries(pair_of: Pair) -> None:
    request = request_with(pair_of().access_token)
    BearerAuthentication().authenticate(request)
    with CaptureQueriesContext(connection) as queries:
        BearerAuthentication().authenticate(request)
    assert len(queries) == 2


def test_spaces_around_a_token_are_no_part_of_it() -> None:
    assert bearer_of(request_with("  a.b.c ")) == "a.b.c"


def test_one_s_profile_is_read_once(
    pair_of: Pair,
    as_bearer: Callable[[TokenPair], APIClient],
    settings: Any,
) -> None:
    """The feed's row, then the person with whether their address is proven."""
    settings.RATE_LIMITS = False
    caller = as_bearer(pair_of())
    caller.get("/api/v1/users/me")
    with CaptureQueriesContext(connection) as queries:
        answer = caller.get("/api/v1/users/me")
    assert answer.json()["email_verified"] is True
    assert len(queries) == 2, [q["sql"] for q in queries]
