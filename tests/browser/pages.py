"""What every hosted page must stand: axe, narrow screens, both schemes, right to left.

    browser.get(f"{live_server.url}/account/login/")
    examine(browser, "login")
    assert walk(browser)[:2] == ["email", "password"]

`examine` leaves the page as it is, so that one with errors is examined with its errors.
"""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
_AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
_IS_SEEN = (
    "const style = getComputedStyle(arguments[0]);"
    "return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2"
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    name: str
    width: int = 1280
    scheme: str = "light"
    rtl: bool = False


LOOKS = (
    Look("light"),
    Look("dark", scheme="dark"),
    Look("rtl", rtl=True),
    Look("narrow", width=320),
    Look("narrow-rtl-dark", width=320, scheme="dark", rtl=True),
)


def examine(
    browser: Chrome,
    name: str,
) -> None:
    """Assert that the page open now is fit for everybody, in each look; keep pictures."""
    for look in LOOKS:
        with looked_at(browser, look):
            screenshot(browser, f"{name}-{look.name}")
            assert axe(browser) == [], look
            assert overflow(browser) <= 0, look
    own = f"{browser.current_url} - Failed to load resource"  # its status is no 200
    assert [told for told in complaints(browser) if not told.startswith(own)] == []


@contextmanager
def looked_at(
    browser: Chrome,
    look: Look,
) -> Iterator[None]:
    """Show the page open now in another look for a while."""
    direction = browser.execute_script("return document.documentElement.dir")
    features = {"prefers-color-scheme": look.scheme, "prefers-reduced-motion": "reduce"}
    emulate(browser, "setScrollbarsHidden", hidden=True)
    emulate(
        browser,
        "setEmulatedMedia",
        features=[{"name": n, "value": v} for n, v in features.items()],
    )
    _resize(browser, (look.width, 900))
    if look.rtl:
        browser.execute_script("document.documentElement.dir = 'rtl'")
    try:
        yield
    finally:
        browser.execute_script("document.documentElement.dir = arguments[0]", direction)
        emulate(browser, "clearDeviceMetricsOverride")
        emulate(browser, "setEmulatedMedia", features=[])
        emulate(browser, "setScrollbarsHidden", hidden=False)


def emulate(
    browser: Chrome,
    command: str,
    **given: Any,
) -> None:
    """Call a command of the devtools' domain Emulation."""
    browser.execute_cdp_cmd(f"Emulation.{command}", given)


def _resize(
    browser: Chrome,
    size: tuple[int, int],
) -> None:
    emulate(
        browser,
        "setDeviceMetricsOverride",
        width=size[0],
        height=size[1],
        deviceScaleFactor=1,
        mobile=False,
    )


def axe(browser: Chrome) -> list[str]:
    """Return what axe finds wrong: rule, place and summary of each."""
    browser.execute_script(_axe())
    found: list[dict[str, Any]] = browser.execute_async_script(
        "const done = arguments[1];"
        "axe.run(document, {runOnly: arguments[0]}).then(r => done(r.violations))",
        _RULES,
    )
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@lru_cache(maxsize=1)
def _axe() -> str:
    if not _AXE.exists():
        told = "axe-core is not there: npm ci --prefix tests/browser"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return _AXE.read_text()


def screenshot(
    browser: Chrome,
    name: str,
) -> None:
    """Keep a picture of the whole page in `var/screenshots/`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    width, height, whole = browser.execute_script(
        "return [innerWidth, innerHeight, document.documentElement.scrollHeight]"
    )
    _resize(browser, (width, whole))
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {})
    _resize(browser, (width, height))
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


def overflow(browser: Chrome) -> int:
    """Return by how many pixels the page is wider than the window."""
    wider: int = browser.execute_script(
        "return document.documentElement.scrollWidth - window.innerWidth"
    )
    return wider


def complaints(browser: Chrome) -> list[str]:
    """Return what the browser refused or failed to load or run so far."""
    logged = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in logged if entry["level"] == "SEVERE"]


def walk(
    browser: Chrome,
    most: int = 100,
) -> list[str]:
    """Return what Tab reaches from the top: the id of each, else its name or text.

    Fails where the focus cannot be seen.
    """
    browser.execute_script(
        "const body = document.body; body.tabIndex = -1; body.focus();"
        "body.removeAttribute('tabindex')"
    )
    reached: dict[str, str] = {}
    for _ in range(most):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        at = browser.switch_to.active_element
        if at.tag_name in ("body", "html") or at.id in reached:
            break
        named = (at.get_attribute(a) for a in ("id", "name", "aria-label"))
        name = next(filter(None, named), at.text)
        assert browser.execute_script(_IS_SEEN, at), f"no focus is seen on {name!r}"
        reached[at.id] = name
    return list(reached.values())


def fill(
    browser: Chrome,
    **values: str,
) -> None:
    """Type into fields, by name, send their form with Enter, and wait for the answer."""
    field = None
    for name, value in values.items():
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    if field is not None:
        field.send_keys(Keys.ENTER)
        await_answer(browser, field)


def await_answer(
    browser: Chrome,
    element: WebElement,
) -> None:
    """Wait until an element of the page before is gone.

    Just then the driver may know neither page, and says so in an error of its own.
    """
    patient = WebDriverWait(browser, 10, ignored_exceptions=[WebDriverException])
    patient.until(staleness_of(element))
