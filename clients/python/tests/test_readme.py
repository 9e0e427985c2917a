"""The README's blocks run as they stand."""

import re
from pathlib import Path
from typing import Any

from django.test import RequestFactory, override_settings
from fastapi.testclient import TestClient
from flask import Flask

import tokens
from adapters import APIView, Response, Wsgi

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
FASTAPI, DRF, FLASK = BLOCKS[:3]
STATIC: dict[str, Any] = {"jwks": tokens.jwks(), "revocation": "off"}


def executed(block: str, **names: Any) -> dict[str, Any]:
    found = {"__name__": "readme", **names}
    exec(block, found)  # noqa: S102
    return found


def with_static_keys(block: str) -> str:
    """Only the keys are given: there is no issuer to read them from."""
    audience = 'audience="https://api.example.com/orders"'
    assert audience in block
    return block.replace(audience, f"{audience}, **static")


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint()}"}


def test_the_fastapi_block_protects_with_the_real_verifier() -> None:
    app = executed(with_static_keys(FASTAPI), static=STATIC)["app"]
    client = TestClient(app)
    assert client.get("/orders").headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/orders", headers=bearer()).json() == {
        "sub": "ada",
        "tenant": "shop",
        "can_write": False,
    }


def test_the_openapi_document_tells_of_schemes_scopes_and_refusals() -> None:
    app = executed(with_static_keys(FASTAPI), static=STATIC)["app"]
    with TestClient(app) as client:
        schema = client.get("/openapi.json").json()
        assert "usePkceWithAuthorizationCodeGrant" in client.get("/docs").text
    kinds = {one["type"] for one in schema["components"]["securitySchemes"].values()}
    assert kinds == {"http", "oauth2"}
    operation = schema["paths"]["/orders"]["get"]
    assert all(list(one.values()) == [["orders:read"]] for one in operation["security"])
    assert {"401", "403", "503"} <= set(operation["responses"])


def test_the_flask_block_protects_with_the_real_verifier() -> None:
    app = Flask("orders")
    executed(with_static_keys(FLASK), app=app, static=STATIC)
    assert Wsgi(app).get("/orders", {}).status_code == 401
    assert Wsgi(app).get("/orders", bearer()).json() == {"sub": "ada"}


def test_the_drf_block_protects_with_the_real_verifier() -> None:
    found = executed(DRF, APIView=APIView, Response=Response)
    keys = {name.upper(): value for name, value in STATIC.items()}
    view = found["Orders"].as_view()
    with override_settings(NTT_AUTH={**found["NTT_AUTH"], **keys}):
        assert view(RequestFactory().get("/orders")).status_code == 401
        good = RequestFactory().get("/orders", headers=bearer())
        assert view(good).data == {"sub": "ada"}
