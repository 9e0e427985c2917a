"""The middleware around an ASGI application of no framework."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

import tokens
from ntt_auth import AsyncVerifier, Principal
from ntt_auth.requirements import Requirement
from ntt_auth.starlette import AuthMiddleware

SCOPED = Requirement.of(scopes=["orders:read"])


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(**claims)}"}


async def whoami(
    scope: Any,
    receive: Any,
    send: Any,
) -> None:
    """Answer by the specification alone (asgi.readthedocs.io)."""
    me: Principal | None = scope.get("user")
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": me.sub if me else "nobody"})
        await send({"type": "websocket.close"})
    else:
        body = json.dumps({"sub": me.sub if me else None}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def guarded(**options: Any) -> AuthMiddleware:
    verifier = AsyncVerifier(**tokens.VERIFYING)
    return AuthMiddleware(whoami, verifier=verifier, **options)


def test_a_plain_application_finds_who_calls_in_the_scope() -> None:
    with TestClient(guarded()) as client:
        assert client.get("/").json() == {"sub": None}
        assert client.get("/", headers=bearer()).json() == {"sub": "ada"}
        refused = client.get("/", headers=bearer(exp=1))
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "token_missing"),
        (bearer(scope="other"), 403, "insufficient_scope"),
    ],
)
def test_a_requirement_holds_on_every_path(
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    client = TestClient(guarded(requirement=SCOPED))
    for path in ("/", "/orders", "/%2e%2e/orders"):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/", headers=bearer()).json() == {"sub": "ada"}


def test_a_websocket_of_a_plain_application_is_guarded_too() -> None:
    client = TestClient(guarded(requirement=SCOPED))
    with client.websocket_connect("/", headers=bearer()) as session:
        assert session.receive_text() == "ada"
    with pytest.raises(WebSocketDenialResponse), client.websocket_connect("/"):
        pass


def test_a_server_without_the_denial_of_websockets_closes_them() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read of whoever may not")

    scope = {"type": "websocket", "path": "/", "headers": [], "extensions": {}}
    asyncio.run(guarded(requirement=SCOPED)(scope, receive, send))
    closed = {"type": "websocket.close", "code": 1008, "reason": "token_missing"}
    assert sent == [closed]


def test_it_needs_no_starlette() -> None:
    code = (
        "import sys; sys.modules['starlette'] = None;"
        "from ntt_auth.starlette import AuthMiddleware, requires; print('there')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "there\n", done.stderr
