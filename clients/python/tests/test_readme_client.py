"""The README's blocks about the REST client run as they stand."""

import ast
import asyncio
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ntt_auth import _http

README = Path(__file__).parent.parent / "README.md"
BLOCKS = [
    block
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    if re.search(r"^from ntt_auth import (Async)?Client", block, re.M)
]


def executed(
    block: str,
    answers: dict[str, Any],
) -> tuple[dict[str, Any], list[_http.Request]]:
    """Run a block, `await` outside a function too; return its names and what it sent."""
    sent: list[_http.Request] = []

    def answer(request: _http.Request) -> _http.Response:
        sent.append(request)
        path = request.url.removeprefix("https://id.example.com").partition("?")[0]
        status, body = answers[path]
        return _http.Response(status, {}, json.dumps(body).encode())

    names: dict[str, Any] = {}
    code = compile(block, "readme", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with _http.override(answer):
        found = eval(code, names)  # noqa: S307
        if inspect.iscoroutine(found):
            asyncio.run(found)
    return names, sent


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTT_AUTH_ISSUER", "https://id.example.com")
    monkeypatch.setenv("NTT_AUTH_CLIENT_ID", "billing")
    monkeypatch.setenv("NTT_AUTH_CLIENT_SECRET", "a secret")


TOKEN = (200, {"access_token": "t", "expires_in": 300})


def test_there_are_three_blocks() -> None:
    assert len(BLOCKS) == 3


def test_the_service_invites_a_user() -> None:
    users = {"/oauth/token": TOKEN, "/api/v1/users": (201, {"id": "u1"})}
    names, sent = executed(BLOCKS[0], users)
    assert names["user"] == {"id": "u1"}
    assert json.loads(sent[1].body) == {"email": "a@b.c", "send_invite": True}


def test_everybody_of_a_list_becomes_a_member() -> None:
    page = {"data": [{"id": "u1"}], "next_cursor": None, "has_more": False}
    roles, members = (f"/api/v1/tenants/default/{n}" for n in ("roles", "memberships"))
    answers = {"/oauth/token": TOKEN, "/api/v1/users": (200, page)}
    answers |= {roles: (201, {}), members: (201, {})}
    _, sent = executed(BLOCKS[1], answers)
    assert json.loads(sent[-1].body) == {"user_id": "u1", "roles": ["clerk"]}


def test_a_sign_in_goes_on_with_a_second_factor() -> None:
    step = {"code": "mfa_required", "flow_token": "f", "methods": ["totp"]}
    answers = {
        "/api/v1/auth/login": (401, step),
        "/api/v1/auth/mfa": (200, {"access_token": "AT"}),
        "/api/v1/users/me": (200, {"email": "ada@example.com"}),
    }
    names, sent = executed(BLOCKS[2], answers)
    assert names["me"] == {"email": "ada@example.com"}
    assert json.loads(sent[0].body)["audience"] == "https://id.example.com/api/v1"
    assert sent[-1].headers["Authorization"] == "Bearer AT"
