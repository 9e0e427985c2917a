"""Each example does what its README says."""

from pathlib import Path

import pytest
import requests

from tests.e2e.oidc.service import Service
from tests.e2e.sdk.examples import EXAMPLES, JAVASCRIPT, PYTHON, installed, run, served

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", [*PYTHON, *JAVASCRIPT])
def test_a_service_answers_who_may_call_and_nobody_else(
    service: Service,
    logs: Path,
    token: str,
    name: str,
) -> None:
    server = served(name, service.issuer, logs)
    server.start()
    try:
        url = f"http://127.0.0.1:{server.port}/orders"
        good = requests.get(
            url, headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        nobody = requests.get(url, timeout=10)
        broken = requests.get(
            url, headers={"Authorization": f"Bearer {token[:-8]}AAAAAAAA"}, timeout=10
        )
    finally:
        server.stop()
    assert good.status_code == 200 and good.json()["sub"], good.text
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    assert broken.status_code == 401 and broken.json()["code"] == "token_invalid"
    assert token not in server.log.read_text()


def test_every_example_has_a_readme_of_two_commands() -> None:
    folders = [path for path in EXAMPLES.iterdir() if path.is_dir()]
    assert {path.name for path in folders} >= {
        *PYTHON,
        *JAVASCRIPT,
        "react-spa",
        "nextjs",
    }
    for folder in folders:
        told = (folder / "README.md").read_text().split("```sh\n")[1].split("```")[0]
        assert len(told.strip().splitlines()) == 2, folder.name


def test_the_react_example_is_built_for_production() -> None:
    folder = installed("react-spa")
    assert "built in" in run("npm", "run", "build", folder=folder)
