"""A running service, and what signs Ann in to it."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.browser.conftest import chromium as _chromium
from tests.e2e.oidc.person import Reader
from tests.e2e.oidc.service import Service, _run, prepared
from tests.e2e.sdk.play import ANN, play

chromium = _chromium


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = prepared(tmp_path_factory.mktemp("service"))
    made.perform(play())
    made.server.start()
    try:
        yield made
    finally:
        made.server.stop()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture
def token(service: Service) -> str:
    """Ann's access token for the orders API, of a sign-in of a moment ago."""
    body = ANN | {"client_id": service.cast["spa"]["client_id"]}
    answer = requests.post(service.url("/api/v1/auth/login"), json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def press(service: Service) -> Callable[[str, str], float]:
    """What an operator does in the console: open a deed about a person, and confirm it.

    Returns when they clicked, by the monotonic clock.
    """
    module = ["-m", "tests.e2e.sdk.operator"]
    told: dict[str, Any] = json.loads(_run(module, service.server.environ))

    def pressing(
        deed: str,
        user_id: str,
    ) -> float:
        browser = requests.Session()
        browser.cookies.update(told)
        url = service.url(f"/admin/accounts/user/{user_id}/{deed}/")
        page = browser.get(url, timeout=30)
        assert page.status_code == 200, page.text
        forms = Reader(page.text).forms
        _, fields = next(form for form in forms if "csrfmiddlewaretoken" in form[1])
        clicked = time.monotonic()
        done = browser.post(url, data=fields, headers={"Referer": url}, timeout=30)
        assert done.status_code == 200 and done.history, done.text
        return clicked

    return pressing
