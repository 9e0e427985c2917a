"""Two tabs of a browser that share their tokens, by the Web Locks of a real chromium."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bench.processes import Server, free_port
from tests.browser.pages import fill
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.sdk.examples import package, run
from tests.e2e.sdk.play import ANN, API, play

pytestmark = pytest.mark.e2e
# What asks for tokens takes two seconds, so that both tabs are at it at once.
PAGE = """<!doctype html>
<title>Tabs</title>
<button>Sign in</button><p></p>
<script src="/auth.js"></script>
<script>
  const slow = async (url, init) => {
    if (init.method === "POST") await new Promise((done) => setTimeout(done, 2000));
    return fetch(url, init);
  };
  var auth = new ntt.AuthClient({ ...OPTIONS, store: "shared", fetch: slow });
  const show = () => {
    const { isLoading, isSignedIn, user } = auth.state;
    const told = isSignedIn ? `Signed in as ${user.email}` : "Signed out";
    document.querySelector("p").textContent = isLoading ? "..." : told;
  };
  auth.subscribe(show);
  document.querySelector("button").onclick = () => auth.login();
  auth.start().then(show);
</script>
"""
EXPIRE = """
for (const [name, text] of Object.entries(localStorage)) {
  if (!text.includes('"access":')) continue;
  const held = JSON.parse(text);
  for (const access of Object.values(held.access)) access.expiresAt = Date.now() - 1;
  localStorage.setItem(name, JSON.stringify(held));
}
"""
BEGIN = "window.got = auth.getToken().catch((error) => `failed: ${error.message}`)"

QUEUED = """
const [tell] = arguments;
navigator.locks.query().then(({ held, pending }) => tell([held.length, pending.length]));
"""


@dataclass(frozen=True)
class Site:
    """Where the page is, and the service behind it."""

    address: str
    service: Service

    def asked_for_tokens(self) -> int:
        """Return how many requests for tokens reached the service."""
        time.sleep(0.5)  # the log is written beside the answers
        lines = self.service.server.log.read_text().splitlines()
        return sum("/oauth/token" in line and "POST" in line for line in lines)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port, folder = free_port(), tmp_path / "site"
    folder.mkdir()
    address = f"http://127.0.0.1:{port}"
    service = prepared(tmp_path)
    service.perform(play(app=address))
    client_id = service.cast["spa"]["client_id"]
    options = {"issuer": service.issuer, "clientId": client_id, "audience": API}
    (folder / "index.html").write_text(PAGE.replace("OPTIONS", json.dumps(options)))
    entry = ["src/browser/index.ts", "--bundle", "--format=iife", "--global-name=ntt"]
    script = [f"--outfile={folder}/auth.js"]
    run("node_modules/.bin/esbuild", *entry, *script, folder=package())
    at = [str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    pages = Server(
        name="the page",
        command=[sys.executable, "-m", "http.server", *at],
        environ={},
        port=port,
        log=tmp_path / "pages.log",
        probe="/",
    )
    try:
        service.server.start()
        pages.start()
        yield Site(address, service)
    finally:
        for server in (pages, service.server):
            if server.process is not None:
                server.stop()


def reads(
    page: Chrome,
    text: str,
) -> None:
    """Wait until the tab in front says this."""
    WebDriverWait(page, 20, ignored_exceptions=[Exception]).until(
        lambda _: text in page.find_element(By.TAG_NAME, "p").text
    )


@pytest.fixture
def tabs(
    site: Site,
    chromium: Chrome,
) -> tuple[str, str]:
    """Two tabs of the page; Ann signed in in the first."""
    chromium.set_script_timeout(30)
    chromium.get(site.address)
    reads(chromium, "Signed out")
    chromium.find_element(By.TAG_NAME, "button").click()
    fill(chromium, **ANN)
    reads(chromium, f"Signed in as {ANN['email']}")
    first = chromium.current_window_handle
    chromium.switch_to.new_window("tab")
    chromium.get(site.address)
    reads(chromium, f"Signed in as {ANN['email']}")
    return first, chromium.current_window_handle


def test_two_tabs_refresh_an_expired_token_once(
    site: Site,
    chromium: Chrome,
    tabs: tuple[str, str],
) -> None:
    chromium.execute_async_script("auth.getToken().then(arguments[0])")
    chromium.execute_script(EXPIRE)
    before = site.asked_for_tokens()
    for tab in tabs:
        chromium.switch_to.window(tab)
        chromium.execute_script(BEGIN)
    assert chromium.execute_async_script(QUEUED) == [1, 1], "one works, one waits"
    got = []
    for tab in tabs:
        chromium.switch_to.window(tab)
        got.append(chromium.execute_async_script("window.got.then(arguments[0])"))
    assert got[0] == got[1] and got[0].count(".") == 2, got
    assert site.asked_for_tokens() - before == 1


def test_what_one_tab_signs_out_of_the_other_has_left(
    site: Site,
    chromium: Chrome,
    tabs: tuple[str, str],
) -> None:
    chromium.switch_to.window(tabs[0])
    chromium.execute_script("auth.logout()")
    WebDriverWait(chromium, 20).until(lambda page: "/oauth/" in page.current_url)
    chromium.switch_to.window(tabs[1])
    reads(chromium, "Signed out")
    refused = "auth.getToken().catch(({ code }) => arguments[0](code))"
    assert chromium.execute_async_script(refused) == "token_missing"
    assert site.asked_for_tokens() == 1, "the code of the sign-in, and nothing since"
