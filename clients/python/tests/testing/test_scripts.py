"""An application that manages, tested without a server: both clients, the same tests."""

import asyncio
import gc
import json
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from clients import KINDS, SECRET
from ntt_auth import (
    AsyncClient,
    Client,
    Conflict,
    NotFound,
    ServerFault,
    TokenRevoked,
    Unauthenticated,
    Verifier,
)
from ntt_auth._http import Request
from ntt_auth.drivers import base
from ntt_auth.rest import options
from ntt_auth.testing import Issuer

URL = "https://id.example.com"
AUDIENCE = "https://api.example.com/orders"
USERS = "/api/v1/users"
ADA = {"id": "u1", "email": "a@b.c"}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No verifier or client of another test is there, and no configuration."""
    monkeypatch.setattr(base, "VERIFIERS", weakref.WeakSet())
    options.CLIENTS.clear()
    monkeypatch.setattr("ntt_auth.testing.application._of_django", set)
    for name in ("ISSUER", "AUDIENCE", "REVOCATION"):
        monkeypatch.delenv(f"NTT_AUTH_{name}", raising=False)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer().installed() as found:
        yield found


@pytest.fixture
def desk(make: Any) -> Any:
    return make(URL, "desk", SECRET, retries=0)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"ISSUER": URL, "CLIENT_ID": "desk", "CLIENT_SECRET": SECRET}
    for name, value in given.items():
        monkeypatch.setenv(f"NTT_AUTH_{name}", value)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("kind", KINDS)
def test_a_client_of_the_environment_needs_no_server(
    issuer: Issuer,
    kind: str,
) -> None:
    async def invite() -> Any:
        async with AsyncClient.from_env() as client:
            return await client.users.create(email="a@b.c", send_invite=True)

    asked = issuer.script("POST", USERS, ADA, status=201)
    if kind == "async":
        assert asyncio.run(invite()) == ADA
    else:
        with Client.from_env() as client:
            assert client.users.create(email="a@b.c", send_invite=True) == ADA
    assert asked[0].json == {"email": "a@b.c", "send_invite": True}
    bearer = asked[0].headers["authorization"].removeprefix("Bearer ")
    me = Verifier(URL, f"{URL}/api/v1").verify(bearer)
    assert (me.sub, me.is_service, me.scopes) == ("desk", True, {"manage"})


def test_a_refusal_is_told_by_its_code(
    issuer: Issuer,
    desk: Any,
) -> None:
    issuer.script("POST", USERS, status=409, code="email_taken")
    issuer.script("GET", f"{USERS}/u2", status=404, code="not_found")
    with pytest.raises(Conflict) as caught:
        desk.users.create(email="a@b.c")
    assert caught.value.code == "email_taken"
    with pytest.raises(NotFound):
        desk.users.get("u2")


def test_a_function_sees_what_is_asked_and_answers(
    issuer: Issuer,
    desk: Any,
) -> None:
    def pages(asked: Any) -> dict[str, Any]:
        more = "cursor" not in asked.query
        rows = [{"id": "u1" if more else "u2"}]
        return {"data": rows, "next_cursor": "c1" if more else None, "has_more": more}

    asked = issuer.script("GET", USERS, pages)
    assert [user["id"] for user in desk.users.list(q="a b")] == ["u1", "u2"]
    assert [one.query for one in asked] == [{"q": "a b"}, {"q": "a b", "cursor": "c1"}]


def test_what_ends_sessions_may_end_them_for_verifiers_too(
    issuer: Issuer,
    desk: Any,
) -> None:
    own = Verifier(URL, AUDIENCE)
    token = issuer.tokens.mint(sub="u1", audience=AUDIENCE)
    assert own.verify(token).sub == "u1"
    path = f"{USERS}/u1/sessions"
    issuer.script("DELETE", path, lambda _: issuer.revoke(user="u1"), status=204)
    assert desk.users.sessions.end_all("u1") is None
    with pytest.raises(TokenRevoked):
        own.verify(token)


def test_an_answer_that_nobody_told_says_how_to(
    issuer: Issuer,
    desk: Any,
) -> None:
    with pytest.raises(ServerFault) as caught:
        desk.users.get("u1")
    assert caught.value.code == "not_scripted"
    assert f"issuer.script('GET', '{USERS}/u1', ...)" in str(caught.value)


def test_a_refused_service_is_told_by_a_script(
    issuer: Issuer,
    desk: Any,
) -> None:
    told = {"error": "invalid_client"}
    issuer.script("POST", "/oauth/token", told, status=401)
    with pytest.raises(Unauthenticated) as caught:
        desk.users.get("u1")
    assert caught.value.code == "invalid_client"


def test_a_client_is_found_for_as_long_as_it_lives(issuer: Issuer) -> None:
    client = Client(URL, "desk", SECRET)
    assert issuer.url == URL
    del client
    gc.collect()
    other = Client("https://other.example", "desk", SECRET)
    assert issuer.url == other.issuer


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
def test_a_grant_that_is_not_played_is_refused_with_what_to_do(
    issuer: Issuer,
    grant: str,
) -> None:
    own = Verifier(URL, AUDIENCE)
    form = f"grant_type={grant}&client_id=shop&client_secret=any".encode()
    answer = issuer.answer(Request("POST", f"{own.issuer}/oauth/token", {}, form))
    told = json.loads(answer.body)
    assert (answer.status, told["error"]) == (400, "unauthorized_client")
    assert "script" in told["error_description"]
