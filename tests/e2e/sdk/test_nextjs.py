"""The Next.js example: signed in on the server, and no token in the browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bench.processes import Server, free_port
from tests.browser.pages import fill
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.sdk.examples import installed, run, served
from tests.e2e.sdk.play import ANN, API, play

pytestmark = pytest.mark.e2e


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """The service, the FastAPI example and the Next.js example before it, all running."""
    folder, port = installed("nextjs"), free_port()
    address = f"http://127.0.0.1:{port}"
    service = prepared(tmp_path)
    service.perform(play(site=address))
    orders = served("fastapi-orders", service.issuer, tmp_path)
    web = service.cast["web"]
    environ = {
        "NTT_AUTH_ISSUER": service.issuer,
        "NTT_AUTH_AUDIENCE": API,
        "NTT_AUTH_CLIENT_ID": web["client_id"],
        "NTT_AUTH_CLIENT_SECRET": web["client_secret"],
        "AUTH_SECRET": "of a test only, and long enough for that",
        "BASE_URL": address,
        "ORDERS_URL": f"http://127.0.0.1:{orders.port}",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    run("npm", "run", "build", folder=folder, **environ)
    program = f"{folder}/node_modules/next/dist/bin/next"
    at = ["--hostname", "127.0.0.1", "--port", str(port)]
    next_js = Server(
        name="nextjs",
        command=[shutil.which("node") or "node", program, "start", f"{folder}", *at],
        environ=environ,
        port=port,
        log=tmp_path / "nextjs.log",
        probe="/",
    )
    running = (service.server, orders, next_js)
    try:
        for server in running:
            server.start()
        yield service, address
    finally:
        for server in reversed(running):
            if server.process is not None:
                server.stop()


def reads(
    page: Chrome,
    text: str,
) -> None:
    """Wait until the page says this."""
    WebDriverWait(page, 20, ignored_exceptions=[Exception]).until(
        lambda _: text in page.find_element(By.TAG_NAME, "body").text
    )


def test_a_person_signs_in_reads_orders_and_is_out_when_an_operator_says_so(
    site: tuple[Service, str],
    chromium: Chrome,
) -> None:
    service, address = site
    chromium.get(f"{address}/orders")
    fill(chromium, **ANN)
    reads(chromium, '"can_write":true')
    assert chromium.current_url == f"{address}/orders"
    kept = chromium.execute_script(
        "return [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]"
    )
    assert kept[0].startswith("ntt-csrf=") and ";" not in kept[0], "the service's own"
    assert kept[1:] == ["{}", "{}"]
    chromium.get(address)
    reads(chromium, "You are Ann.")
    service.manage("end-sessions", ANN["email"])

    def signed_out(page: Chrome) -> bool:
        page.refresh()
        return "You are signed out." in page.find_element(By.TAG_NAME, "body").text

    WebDriverWait(chromium, 10, ignored_exceptions=[Exception]).until(signed_out)
