"""A Swagger UI of another origin as it is published: it needs its opener, and is given it."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from bench.processes import Server, free_port
from tests.browser.pages import complaints
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.sdk.play import API, play
from tests.e2e.sdk.test_swagger import BUNDLE, authorize, one

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Orders</title>
<link rel="stylesheet" href="swagger-ui.css"><link rel="icon" href="data:,"></head>
<body><div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script>
const ui = SwaggerUIBundle({
  dom_id: "#swagger-ui", spec: SPEC,
  oauth2RedirectUrl: `${location.origin}/oauth2-redirect.html`,
});
ui.initOAuth({ clientId: "CLIENT", usePkceWithAuthorizationCodeGrant: true });
</script></body></html>
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, whose operator let applications open windows."""
    made = prepared(tmp_path_factory.mktemp("service"), POPUP_SIGN_IN="on")
    made.perform(play())
    made.server.start()
    try:
        yield made
    finally:
        made.server.stop()


def described(service: Service) -> str:
    """Return a description of the API whose tokens the service gives."""
    flow = {
        "authorizationUrl": service.url("/oauth/authorize"),
        "tokenUrl": service.url("/oauth/token"),
        "scopes": {"orders:read": "See orders"},
    }
    scheme = {"type": "oauth2", "flows": {"authorizationCode": flow}}
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Orders", "version": "1"},
            "paths": {},
            "components": {"securitySchemes": {"ntt": scheme}},
        }
    )


@pytest.fixture
def docs(
    service: Service,
    tmp_path: Path,
) -> Iterator[str]:
    """Where the Swagger UI is."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    made = service.manage(
        *["create-application", "--tenant", "shop", "--name", "Orders' documentation"],
        *["--type", "spa", "--first-party", "--audience", API, "--origin", origin],
        *["--redirect-uri", f"{origin}/oauth2-redirect.html"],
    )
    folder = Path(shutil.copytree(BUNDLE, tmp_path / "site"))
    page = PAGE.replace("SPEC", described(service)).replace("CLIENT", made["client_id"])
    (folder / "index.html").write_text(page)
    server = Server(
        name="the documentation",
        command=[
            *[sys.executable, "-m", "http.server", str(port)],
            *["--bind", "127.0.0.1", "--directory", str(folder)],
        ],
        environ={},
        port=port,
        log=tmp_path / "site.log",
        probe="/",
    )
    server.start()
    try:
        yield origin
    finally:
        server.stop()


def test_a_window_that_was_opened_tells_its_opener(
    chromium: Chrome,
    docs: str,
) -> None:
    chromium.get(docs)
    authorize(chromium, ["orders:read"])
    assert one(chromium, ".auth-wrapper .authorize.locked")
    assert [told for told in complaints(chromium) if "CORS" in told] == []
