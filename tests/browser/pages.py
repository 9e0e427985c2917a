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
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
_AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
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
    assert complaints(browser) == []


@contextmanager
def looked_at(
    browser: Chrome,
    look: Look,
) -> Iterator[None]:
    """Show the page open now in another look for a while."""
    direction = browser.execute_script("return document.documentElement.dir")
    size = {"width": look.width, "height": 900, "deviceScaleFactor": 1}
    scheme = {"name": "prefers-color-scheme", "value": look.scheme}
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", size | {"mobile": False}
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [scheme, {"name": "prefers-reduced-motion", "value": "reduce"}]},
    )
    if look.rtl:
        browser.execute_script("document.documentElement.dir = 'rtl'")
    try:
        yield
    finally:
        browser.execute_script("document.documentElement.dir = arguments[0]", direction)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


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
    taken = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True}
    )
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
        "document.activeElement.blur(); getSelection().collapse(document.body, 0)"
    )
    reached: list[str] = []
    for _ in range(most):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        at = browser.switch_to.active_element
        if at.tag_name == "body":
            break
        name = at.get_attribute("id") or at.get_attribute("name") or at.text
        seen = browser.execute_script(
            "const s = getComputedStyle(arguments[0]);"
            "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2",
            at,
        )
        assert seen, f"the focus on {name!r} cannot be seen"
        if name in reached and at == first:
            break
        first = first if reached else at
        reached.append(str(name))
    return reached


def fill(
    browser: Chrome,
    **values: str,
) -> None:
    """Type into fields, by name, and send their form with Enter."""
    field = None
    for name, value in values.items():
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    if field is not None:
        field.send_keys(Keys.ENTER)
