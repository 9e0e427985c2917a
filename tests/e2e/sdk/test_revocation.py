"""From an operator's click to a refusal in services that verify offline: under two seconds."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from bench.processes import Server
from tests.e2e.oidc.service import Service
from tests.e2e.sdk.examples import served

pytestmark = pytest.mark.e2e
PROMISE_SECONDS = 2.0
THREE = ("fastapi-orders", "drf-orders", "express-orders")


@pytest.fixture(scope="module")
def services(
    service: Service,
    logs: Path,
) -> Iterator[dict[str, Server]]:
    with ExitStack() as running:
        found = {}
        for name in THREE:
            server = served(name, service.issuer, logs)
            server.start()
            running.callback(server.stop)
            found[name] = server
        yield found


def call(
    server: Server,
    token: str,
) -> requests.Response:
    url = f"http://127.0.0.1:{server.port}/orders"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)


def subject(token: str) -> str:
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return str(claims["sub"])


@pytest.mark.parametrize(
    "deed", ["end-sessions", "disable"]
)  # she is not needed after that
def test_three_services_refuse_within_two_seconds_of_a_click(
    services: dict[str, Server],
    token: str,
    press: Callable[[str, str], float],
    deed: str,
) -> None:
    for server in services.values():
        answer = call(server, token)
        assert (answer.status_code, answer.json()["sub"]) == (200, subject(token))
    clicked = press(deed, subject(token))
    waiting, took = dict(services), {}
    while waiting and time.monotonic() - clicked < 10:
        for name, server in list(waiting.items()):
            answer = call(server, token)
            if answer.status_code == 401:
                took[name] = time.monotonic() - clicked
                assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["code"] == "token_revoked"
                del waiting[name]
    assert not waiting and max(took.values()) < PROMISE_SECONDS, took
