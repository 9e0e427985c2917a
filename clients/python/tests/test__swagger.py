"""Both of Swagger's pages are connected, and what the application serves itself stays.

That a person can sign in by them is shown by `tests/e2e/sdk/test_swagger.py`.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

import tokens
from ntt_auth import AsyncVerifier
from ntt_auth.fastapi import Auth

CHANNEL = 'new BroadcastChannel("ntt-auth-swagger")'


def documented(**options: Any) -> TestClient:
    app = FastAPI(**options)
    auth = Auth(verifier=AsyncVerifier(**tokens.VERIFYING))
    for _ in range(2):
        auth.document(app)
    return TestClient(app)


def test_the_return_page_hands_the_code_on_and_is_kept_nowhere() -> None:
    answer = documented().get("/docs/oauth2-redirect?code=secret&state=x")
    assert f"{CHANNEL}.postMessage" in answer.text
    assert "opener" not in answer.text and "secret" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_documentation_listens_once() -> None:
    page = documented().get("/docs").text
    assert page.count(f"{CHANNEL}.onmessage") == 1
    assert page.index("SwaggerUIBundle(") < page.index(CHANNEL)
    assert page.rstrip().endswith("</html>")


def test_other_addresses_of_the_pages_are_found() -> None:
    client = documented(docs_url="/d", swagger_ui_oauth2_redirect_url="/r")
    assert CHANNEL in client.get("/d").text
    assert CHANNEL in client.get("/r").text


def test_an_application_without_these_pages_stays_without() -> None:
    client = documented(docs_url=None)
    assert client.get("/docs").status_code == 404


def test_below_a_prefix_the_page_still_names_it() -> None:
    client = TestClient(documented().app, root_path="/v1")
    assert "/v1/docs/oauth2-redirect" in client.get("/docs").text


def test_a_page_of_ones_own_stays() -> None:
    app = FastAPI(docs_url=None)

    @app.get("/docs", response_class=HTMLResponse)
    def mine() -> str:
        return "<body>Mine.</body>"

    Auth(verifier=AsyncVerifier(**tokens.VERIFYING)).document(app)
    assert TestClient(app).get("/docs").text == "<body>Mine.</body>"
