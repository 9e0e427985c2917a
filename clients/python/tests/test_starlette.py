"""Starlette: websockets and their denial, class endpoints, streams, what stands around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

import tokens
from ntt_auth import AsyncVerifier, ConfigurationError, TokenRevoked, Unavailable
from ntt_auth.requirements import Requirement
from ntt_auth.starlette import AuthMiddleware, requires

ORIGIN = "https://shop.example"


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(**claims)}"}


@requires(scopes=["orders:read"])
async def orders(request: Any) -> JSONResponse:
    return JSONResponse({"sub": request.user.sub})


@requires(scopes=["orders:read"])
def plain(request: Any) -> JSONResponse:
    return JSONResponse({"sub": request.user.sub})


class Orders(HTTPEndpoint):
    async def get(self, request: Any) -> JSONResponse:
        return JSONResponse({"sub": request.user and request.user.sub})

    @requires(scopes=["orders:write"])
    async def post(self, request: Any) -> JSONResponse:
        return JSONResponse({"sub": request.user.sub})


@requires(scopes=["orders:read"])
async def talk(websocket: Any) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.user.sub)
    await websocket.close()


async def broken_stream(_: Any) -> StreamingResponse:
    async def rows() -> AsyncIterator[str]:
        yield "a"
        raise TokenRevoked

    return StreamingResponse(rows())


async def unavailable(_: Any) -> None:
    raise Unavailable(retry_after=3)


def served(*middleware: Middleware, **options: Any) -> TestClient:
    guard = Middleware(
        AuthMiddleware, verifier=AsyncVerifier(**tokens.VERIFYING), **options
    )
    routes = [
        Route("/orders", orders),
        Route("/plain", plain),
        Route("/class", Orders),
        Route("/stream", broken_stream),
        Route("/unavailable", unavailable),
        WebSocketRoute("/socket", talk),
        Mount("/sub", routes=[Route("/orders", orders)]),
    ]
    return TestClient(Starlette(routes=routes, middleware=[*middleware, guard]))


@pytest.mark.parametrize("where", ["/orders", "/plain", "/sub/orders"])
def test_a_function_is_protected_wherever_it_is_mounted(where: str) -> None:
    client = served()
    assert client.get(where).json()["code"] == "token_missing"
    assert client.get(where, headers=bearer()).json() == {"sub": "ada"}


def test_a_method_of_a_class_is_protected_by_itself() -> None:
    client = served()
    assert client.get("/class").json() == {"sub": None}
    assert client.post("/class").status_code == 401
    assert (
        client.post("/class", headers=bearer()).json()["code"] == "insufficient_scope"
    )
    good = bearer(scope="orders:write")
    assert client.post("/class", headers=good).json() == {"sub": "ada"}


def test_a_websocket_opens_with_a_token() -> None:
    with served().websocket_connect("/socket", headers=bearer()) as session:
        assert session.receive_text() == "ada"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "token_missing"),
        (bearer(exp=1), 401, "token_expired"),
        (bearer(scope="other"), 403, "insufficient_scope"),
    ],
)
def test_a_websocket_is_denied_by_the_same_answer(
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied:
        with served().websocket_connect("/socket", headers=headers):
            pass
    assert denied.value.status_code == status
    assert denied.value.headers["Content-Type"] == "application/problem+json"
    assert denied.value.json()["code"] == code


def test_a_server_that_cannot_deny_closes_before_it_accepts() -> None:
    client = served()
    app = client.app

    async def old(
        scope: Any,
        receive: Any,
        send: Any,
    ) -> None:
        await app(scope | {"extensions": {}}, receive, send)

    with pytest.raises(WebSocketDisconnect) as closed:
        with TestClient(old).websocket_connect("/socket"):
            pass
    assert (closed.value.code, closed.value.reason) == (1008, "token_missing")


def test_a_requirement_of_the_middleware_holds_for_every_path() -> None:
    client = served(requirement=Requirement.of(scopes=["orders:write"]))
    for where in ("/class", "/orders", "/nowhere"):
        assert client.get(where).status_code == 401
        assert client.get(where, headers=bearer()).status_code == 403


def test_a_preflight_needs_no_token_where_cors_stands_outside() -> None:
    cors = Middleware(
        CORSMiddleware, allow_origins=[ORIGIN], allow_headers=["Authorization"]
    )
    client = served(cors, requirement=Requirement.of())
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    assert client.options("/orders", headers=asked).status_code == 200
    refused = client.get("/orders", headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_head_is_refused_as_get_is() -> None:
    client = served()
    assert client.head("/orders").headers["WWW-Authenticate"] == "Bearer"
    assert client.head("/orders", headers=bearer()).status_code == 200


def test_what_an_endpoint_raises_is_answered_too() -> None:
    answer = served().get("/unavailable")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


def test_a_refusal_in_the_middle_of_a_stream_is_not_answered_again() -> None:
    with pytest.raises(TokenRevoked):
        served().get("/stream")


def test_an_exception_handler_of_the_application_comes_first() -> None:
    async def mine(*_: Any) -> PlainTextResponse:
        return PlainTextResponse("Later.", 503)

    client = served()
    client.app.add_exception_handler(Unavailable, mine)  # type: ignore[attr-defined]
    assert client.get("/unavailable").text == "Later."


def test_requires_without_the_middleware_says_what_to_add() -> None:
    client = TestClient(Starlette(routes=[Route("/", orders)]))
    with pytest.raises(ConfigurationError, match="AuthMiddleware"):
        client.get("/")


def test_the_verifier_is_closed_with_the_application_and_its_own_lifespan_runs() -> (
    None
):
    seen = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        seen.append("up")
        yield
        seen.append("down")

    verifier = AsyncVerifier(**tokens.VERIFYING)

    async def close() -> None:
        seen.append("closed")

    verifier.close = close  # type: ignore[method-assign]
    guard = Middleware(AuthMiddleware, verifier=verifier)
    with TestClient(Starlette(lifespan=lifespan, middleware=[guard])):
        pass
    assert seen == ["up", "down", "closed"]


def test_a_form_field_is_no_token() -> None:
    sent = {"access_token": tokens.mint(scope="orders:write")}
    assert served().post("/class", data=sent).json()["code"] == "token_missing"
