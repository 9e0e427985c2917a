"""FastAPI: lifespans, mounted applications, websockets, streams, own handlers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

import tokens
from ntt_auth import AsyncVerifier, Principal, Refused, TokenMissing, Unavailable
from ntt_auth.fastapi import Auth

STATIC: dict[str, Any] = {"jwks": tokens.jwks(), "revocation": "off"}
CLOSED_PORT = "http://127.0.0.1:9"


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(**claims)}"}


@pytest.fixture
def auth() -> Auth:
    return Auth(tokens.ISSUER, tokens.AUDIENCE, **STATIC)


@pytest.fixture
def app(auth: Auth) -> FastAPI:
    app = FastAPI()

    @app.get("/orders")
    async def orders(
        me: Annotated[Principal, Depends(auth.require(scopes=["orders:read"]))],
    ) -> Any:
        return {"sub": me.sub}

    @app.get("/open")
    async def everybody() -> Any:
        return {}

    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def is_problem(
    answer: Any,
    status: int,
    code: str,
) -> bool:
    kind = answer.headers["Content-Type"]
    found = (answer.status_code, kind, answer.json()["code"])
    return bool(found == (status, "application/problem+json", code))


def test_a_service_starts_although_the_issuer_is_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    auth = Auth(CLOSED_PORT, tokens.AUDIENCE, http_timeout=1)
    app = FastAPI(lifespan=auth.lifespan)

    @app.get("/orders", dependencies=[Depends(auth.require())])
    async def orders() -> None:
        return None

    @app.get("/open")
    async def everybody() -> Any:
        return {}

    with TestClient(app) as client:
        assert f"at {CLOSED_PORT}: keys_unavailable: " in caplog.text
        assert client.get("/open").status_code == 200
        answer = client.get("/orders", headers=bearer(iss=CLOSED_PORT))
    assert is_problem(answer, 503, "keys_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_lifespan_of_ones_own_takes_ours_in() -> None:
    auth = Auth(verifier=AsyncVerifier(**tokens.VERIFYING))
    seen = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with auth.lifespan(app):
            seen.append("up")
            yield
        seen.append("down")

    app = FastAPI(lifespan=lifespan)

    @app.get("/orders", dependencies=[Depends(auth.require())])
    async def orders() -> None:
        return None

    with TestClient(app) as client:
        assert client.get("/orders", headers=bearer()).status_code == 200
        operation = client.get("/openapi.json").json()["paths"]["/orders"]["get"]
    assert "503" in operation["responses"]
    assert seen == ["up", "down"]


def test_a_failing_application_still_closes_the_verifier() -> None:
    verifier = AsyncVerifier(**tokens.VERIFYING)
    closed = []

    async def close() -> None:
        closed.append(True)

    verifier.close = close  # type: ignore[method-assign]
    auth = Auth(verifier=verifier)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with auth.lifespan(app):
            raise ValueError("the database is missing")
            yield

    with (
        pytest.raises(ValueError, match="missing"),
        TestClient(FastAPI(lifespan=lifespan)),
    ):
        pass
    assert closed == [True]


def test_a_router_protects_all_of_its_routes(auth: Auth) -> None:
    router = APIRouter(dependencies=[Depends(auth.require(scopes=["orders:read"]))])
    router.get("/one")(lambda: 1)
    app = FastAPI()
    app.include_router(router, prefix="/v1")
    client = TestClient(app)
    assert is_problem(client.get("/v1/one"), 401, "token_missing")
    assert client.get("/v1/one", headers=bearer()).json() == 1


def test_a_mounted_application_answers_refusals_like_its_parent(
    app: FastAPI,
    auth: Auth,
) -> None:
    parent = FastAPI(dependencies=[Depends(auth.require())])
    parent.mount("/sub", app)
    parent.get("/own")(lambda: 1)
    client = TestClient(parent)
    for where in ("/own", "/sub/orders"):
        assert is_problem(client.get(where), 401, "token_missing")
        assert client.get(where, headers=bearer()).status_code == 200


@pytest.mark.parametrize("kind", [Refused, TokenMissing])
def test_a_handler_of_the_application_comes_first(
    app: FastAPI,
    kind: type[Refused],
) -> None:
    @app.exception_handler(kind)
    async def mine(_: Any, error: Any) -> JSONResponse:
        return JSONResponse({"mine": error.code}, error.status)

    client = TestClient(app)
    for _ in range(2):  # the first answer changes nothing for the second
        assert client.get("/orders").json() == {"mine": "token_missing"}


def test_a_handler_for_every_exception_does_not_hide_refusals(app: FastAPI) -> None:
    @app.exception_handler(Exception)
    async def mine(*_: Any) -> PlainTextResponse:
        return PlainTextResponse("Oh no.", 500)

    assert is_problem(TestClient(app).get("/orders"), 401, "token_missing")


def test_what_an_endpoint_raises_is_answered_too(auth: Auth) -> None:
    app = FastAPI()

    @app.get("/", dependencies=[Depends(auth.optional())])
    def late() -> None:
        raise Unavailable(retry_after=3)

    answer = TestClient(app).get("/")
    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "3"


def test_a_sync_endpoint_gets_the_principal(auth: Auth) -> None:
    app = FastAPI()

    @app.get("/")
    def orders(me: Annotated[Principal, Depends(auth.require())]) -> Any:
        return me.sub

    assert TestClient(app).get("/", headers=bearer()).json() == "ada"


def test_a_stream_is_refused_before_it_begins(auth: Auth) -> None:
    app = FastAPI()

    @app.get("/", dependencies=[Depends(auth.require())])
    def lines() -> StreamingResponse:
        def rows() -> Iterator[str]:
            yield from ("a", "b")

        return StreamingResponse(rows())

    client = TestClient(app)
    assert is_problem(client.get("/"), 401, "token_missing")
    assert client.get("/", headers=bearer()).text == "ab"


def test_a_token_in_the_form_is_not_taken(auth: Auth) -> None:
    app = FastAPI()
    app.post("/", dependencies=[Depends(auth.require())])(lambda: None)
    sent = {"access_token": tokens.mint()}
    assert is_problem(TestClient(app).post("/", data=sent), 401, "token_missing")


@pytest.fixture
def socket(auth: Auth) -> TestClient:
    app = FastAPI()

    @app.websocket("/socket")
    async def talk(
        socket: WebSocket,
        me: Annotated[Principal, Depends(auth.require(scopes=["orders:read"]))],
    ) -> None:
        await socket.accept()
        await socket.send_text(me.sub)
        await socket.close()

    return TestClient(app)


def test_a_websocket_opens_with_a_token(socket: TestClient) -> None:
    with socket.websocket_connect("/socket", headers=bearer()) as session:
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
    socket: TestClient,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied:
        with socket.websocket_connect("/socket", headers=headers):
            pass
    assert is_problem(denied.value, status, code)
    assert denied.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_preflight_needs_no_token_and_a_refusal_can_be_read(app: FastAPI) -> None:
    origin = "https://shop.example"
    app.add_middleware(
        CORSMiddleware, allow_origins=[origin], allow_headers=["Authorization"]
    )
    client = TestClient(app)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    assert client.options("/orders", headers=asked).status_code == 200
    refused = client.get("/orders", headers={"Origin": origin})
    assert is_problem(refused, 401, "token_missing")
    assert refused.headers["Access-Control-Allow-Origin"] == origin


def test_head_of_a_protected_operation_gives_nothing(client: TestClient) -> None:
    assert client.head("/orders").status_code == 405
