"""The real service of this repository, started by its own environment for the tests."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from openapi import PYTHON, ROOT

OURS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "HOST", "PORT", "ISSUER", "DJANGO_ENV")
_LETTERS = """
import json
from accounts.outbox.mailbox import latest
print(json.dumps([[m.to, m.text] for m in latest()]))
"""


@dataclass(frozen=True)
class Service:
    """A running service, and its operator's commands."""

    issuer: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run `manage.py`; return what it prints."""
        done = subprocess.run(
            [str(PYTHON), "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def made(self, *arguments: str) -> dict[str, Any]:
        """Run a command that makes something; return it."""
        found: dict[str, Any] = json.loads(self.manage(*arguments, "--json"))
        return found

    def letter(self, address: str) -> str:
        """Return the newest mail to an address, waiting for the one who sends it."""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            printed = self.manage("shell", "--no-imports", "-c", _LETTERS)
            for to, text in json.loads(printed.splitlines()[-1]):
                if to == address:
                    return str(text)
            time.sleep(0.2)
        pytest.fail(f"nothing was mailed to {address}")


@contextmanager
def served(folder: Path) -> Iterator[Service]:
    """Start the service on an empty database; it is ended by its own process id."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    environment = {k: v for k, v in os.environ.items() if k not in OURS}
    environment |= {"VAR_DIR": str(folder / "var"), "PORT": str(port), "ISSUER": issuer}
    environment |= {"PATH": f"{PYTHON.parent}:{os.environ['PATH']}"}
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "config.start"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, folder / "log")
            yield Service(issuer, environment)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait(
    process: "subprocess.Popen[bytes]",
    port: int,
    log: Path,
) -> None:
    ends = time.monotonic() + 120
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > ends:
            pytest.fail(f"it did not start:\n{log.read_text()}")
        time.sleep(0.2)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
