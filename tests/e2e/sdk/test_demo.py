"""`make demo`, clicked through as a newcomer does."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bench.processes import ROOT
from tests.browser.pages import fill
from tests.e2e.sdk.examples import run

pytestmark = pytest.mark.e2e
NEW = {"email": "newcomer@example.com", "password": "a quiet walk in the hills"}


@dataclass(frozen=True)
class Demo:
    """A running demo, by what it printed."""

    printed: str
    var: Path

    @property
    def app(self) -> str:
        return self._one(r"The app +(\S+)")

    @property
    def password(self) -> str:
        return self._one(r"as demo@example\.com with (\S+)")

    def _one(self, pattern: str) -> str:
        found = re.search(pattern, self.printed)
        assert found, self.printed
        return found[1]

    def end_sessions(self, email: str) -> None:
        """Do what the demo says that an operator can do."""
        assert "manage.py end-sessions" in self.printed
        command = (sys.executable, "manage.py", "end-sessions", email)
        run(*command, folder=ROOT, VAR_DIR=str(self.var))


def four_ports() -> int:
    """Return the first of four ports in a row that are free now."""
    for first in range(18300, 19000, 4):
        try:
            for port in range(first, first + 4):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no four ports in a row are free")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    tmp_path = tmp_path_factory.mktemp("demo")
    told = tmp_path / "printed"
    with told.open("wb") as out:
        process = subprocess.Popen(
            ["make", "demo", f"DEMO_PORT={four_ports()}", f"DEMO_DIR={tmp_path}/demo"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        ends = time.monotonic() + 240
        while "Ctrl-C ends it" not in told.read_text():
            assert process.poll() is None and time.monotonic() < ends, told.read_text()
            time.sleep(0.3)
        time.sleep(0.2)  # the rest of what it says
        yield Demo(told.read_text(), tmp_path / "demo")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def refused(
    port: int,
    folder: Path,
) -> str:
    """Return why a demo does not start; whoever starts it has not installed anything."""
    done = subprocess.run(
        [sys.executable, "clients/examples/demo.py"],
        cwd=ROOT,
        env={**os.environ, "DEMO_PORT": str(port), "DEMO_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def press(
    page: Chrome,
    text: str,
) -> None:
    page.find_element(By.XPATH, f"//button[normalize-space()='{text}']").click()


def reads(
    page: Chrome,
    text: str,
) -> None:
    """Wait until the page says this."""
    body = (By.TAG_NAME, "body")
    WebDriverWait(page, 20, ignored_exceptions=[Exception]).until(
        lambda _: text in page.find_element(*body).text
    )


def test_a_newcomer_signs_up_calls_both_apis_and_is_signed_out_by_an_operator(
    demo: Demo,
    chromium: Chrome,
) -> None:
    chromium.get(demo.app)
    press(chromium, "Sign up")
    fill(chromium, **NEW)
    for service in ("FastAPI", "Express"):
        reads(chromium, NEW["email"])
        press(chromium, f"Call {service}")
        reads(chromium, f"{service.lower()}, ")
        reads(chromium, ': 200 {"sub":')
    demo.end_sessions(NEW["email"])
    time.sleep(2)  # what is promised
    press(chromium, "Call FastAPI")
    reads(chromium, "fastapi, ")
    reads(chromium, ": 401")  # what was refused stays to be seen
    reads(chromium, "You are signed out.")


def test_the_printed_person_signs_in_and_out(
    demo: Demo,
    chromium: Chrome,
) -> None:
    chromium.get(demo.app)
    press(chromium, "Sign in")
    fill(chromium, email="demo@example.com", password=demo.password)
    reads(chromium, "You are Demo.")
    chromium.refresh()
    reads(chromium, "You are Demo.")
    press(chromium, "Sign out")
    reads(chromium, "You are signed out.")


@pytest.mark.parametrize("taken", range(4))
def test_a_demo_takes_no_port_of_another_service(
    tmp_path: Path,
    taken: int,
) -> None:
    first = four_ports()
    with socket.create_server(("127.0.0.1", first + taken)):
        said = refused(first, tmp_path / "demo")
    assert f"127.0.0.1:{first + taken} is in use" in said
    assert f"make demo DEMO_PORT={first + 100}" in said


def test_a_demo_deletes_nothing_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    assert "is no folder of a demo" in refused(four_ports(), tmp_path)
    assert (tmp_path / "precious").read_text() == "mine"


def test_what_it_prints_to_try_is_there(demo: Demo) -> None:
    found = re.search(r"127\.0\.0\.1:(\d+)(/orders) \(Express: 401", demo.printed)
    assert found, demo.printed
    connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
    connection.request("GET", found[2])
    assert connection.getresponse().status == 401
    connection.close()
