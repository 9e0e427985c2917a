"""Async views: who is signed in is known before them, and nothing blocks the loop."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from servers import Handler

LOOP = Path(__file__).with_name("loop.py")


@pytest.fixture(params=[False, True], ids=["people", "accounts"])
def walked(
    request: pytest.FixtureRequest,
    provider: Provider,
    tmp_path: Path,
) -> Any:
    """Run a walk of `loop` in a process of its own; return what it saw."""
    provider.gives_codes()
    given = {
        "database": databases.of(tmp_path),
        "auth": auth(provider),
        "accounts": request.param,
    }

    def walk(name: str) -> Any:
        done = subprocess.run(
            [
                sys.executable,
                "-X",
                "dev",
                "-W",
                "error::RuntimeWarning",
                str(LOOP),
                name,
            ],
            env={
                **os.environ,
                "SHOP": json.dumps(given),
                "PYTHONPATH": str(LOOP.parent.parent),
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return walk


def test_an_async_view_knows_who_is_signed_in_without_asking_first(walked: Any) -> None:
    before, back, shown, after = walked("signs_in")
    assert before["sub"] is None and not before["authenticated"]
    assert back == "/later/orders/7/"
    assert shown == {"email": "ada@example.com", "number": 7}
    assert after["sub"] == "ada" and after["authenticated"] and after["same"]


def test_async_classes_of_views_are_guarded(walked: Any) -> None:
    assert walked("is_guarded") == [401, 401, 200, 403]


def test_an_async_view_is_reached_by_a_stronger_sign_in(walked: Any) -> None:
    challenge, back, page = walked("steps_up")
    assert 'acr_values="aal2"' in challenge and 'max_age="60"' in challenge
    assert (back, page) == ("/later/strong/", "strong")


def test_a_slow_refresh_does_not_hold_up_the_loop(
    walked: Any,
    provider: Provider,
) -> None:
    usual = provider.server.answers["/oauth/token"]

    def slow(handler: Handler) -> Any:
        if b"refresh_token" in handler.body:
            time.sleep(0.5)
        return usual(handler)

    provider.lives = 30
    provider.server.answers["/oauth/token"] = slow
    seen = walked("refreshes")
    assert seen["sub"] == "ada"
    assert len(provider.refreshes) == 2  # the first is that of the sign-in
    assert seen["took"] >= 0.5 > 2 * seen["longest"]
    assert seen["in_loop"] == []
