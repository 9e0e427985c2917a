"""FastAPI: what the OpenAPI document tells, of one audience and of several."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

import tokens
from ntt_auth import Principal
from ntt_auth.fastapi import Auth

REPORTS = "https://api.example.com/reports"
STATIC: dict[str, Any] = {"jwks": tokens.jwks(), "revocation": "off"}


def made(audience: str = tokens.AUDIENCE) -> Auth:
    return Auth(tokens.ISSUER, audience, **STATIC)


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(**claims)}"}


@pytest.fixture
def auth() -> Auth:
    return made()


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


def test_schemes_and_scopes_stand_in_the_document_without_any_set_up(
    app: FastAPI,
) -> None:
    schema = app.openapi()
    assert schema["paths"]["/orders"]["get"]["security"] == [
        {name: ["orders:read"]} for name in schema["components"]["securitySchemes"]
    ]
    assert "security" not in schema["paths"]["/open"]["get"]
    assert "401" not in schema["paths"]["/orders"]["get"]["responses"]


def test_document_completes_it_where_no_lifespan_runs(
    app: FastAPI,
    auth: Auth,
) -> None:
    app.openapi()  # even if it was built before
    for _ in range(3):
        auth.document(app)
    schema = app.openapi()
    assert {"401", "403", "503"} <= set(schema["paths"]["/orders"]["get"]["responses"])
    assert set(schema["paths"]["/open"]["get"]["responses"]) == {"200"}
    assert app.swagger_ui_init_oauth == {"usePkceWithAuthorizationCodeGrant": True}


def test_what_the_application_says_itself_stays(auth: Auth) -> None:
    app = FastAPI(swagger_ui_init_oauth={"clientId": "mine"})
    own = {403: {"description": "Not your order."}}

    @app.get("/orders", dependencies=[Depends(auth.require())], responses=own)
    async def orders() -> None:
        return None

    auth.docs_client_id = "docs"
    auth.document(app)
    responses = app.openapi()["paths"]["/orders"]["get"]["responses"]
    assert responses["403"]["description"] == "Not your order."
    assert (app.swagger_ui_init_oauth or {})["clientId"] == "mine"


def test_several_audiences_live_in_one_application() -> None:
    orders, reports = made(), made(REPORTS)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with orders.lifespan(app), reports.lifespan(app):
            yield

    app = FastAPI(lifespan=lifespan)
    for where, auth in {"/orders": orders, "/reports": reports}.items():
        app.get(where, dependencies=[Depends(auth.require())])(lambda: None)
    with TestClient(app) as client:
        for audience, where in ((tokens.AUDIENCE, "/orders"), (REPORTS, "/reports")):
            allowed = {
                path
                for path in ("/orders", "/reports")
                if client.get(path, headers=bearer(aud=audience)).status_code == 200
            }
            assert allowed == {where}
        schema = client.get("/openapi.json").json()
    for one in schema["paths"].values():
        assert {"401", "403", "503"} <= set(one["get"]["responses"])
    flows = [
        scheme["flows"]["authorizationCode"]["authorizationUrl"]
        for scheme in schema["components"]["securitySchemes"].values()
        if scheme["type"] == "oauth2"
    ]
    assert flows == [
        f"{tokens.ISSUER}/oauth/authorize?resource=https%3A%2F%2Fapi.example.com%2F{name}"
        for name in ("orders", "reports")
    ]
