"""A service that runs for a page of documentation, and a shell beside it."""

import os
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

from tests.docs.pages import ROOT, page

OURS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "HOST", "PORT", "ISSUER", "DJANGO_ENV")


@dataclass(frozen=True)
class Service:
    """A running embedded service, and the environment of a shell beside it."""

    folder: Path
    environment: dict[str, str]

    def run(self, script: str) -> list[str]:
        """Run a shell script as a reader would; return the lines that it printed."""
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{script}"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout.splitlines()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def served(tmp_path: Path) -> Iterator[Service]:
    """An embedded service on an empty database, ended by its own process id."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if k not in OURS} | {
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "ISSUER": f"http://127.0.0.1:{port}",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "config.start"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        ends = time.monotonic() + 60
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > ends:
                log.seek(0)
                pytest.fail(f"it did not start:\n{log.read()}")
            time.sleep(0.2)
        folder = tmp_path / "work"
        folder.mkdir()
        (folder / "manage.py").symlink_to(ROOT / "manage.py")
        yield Service(folder, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def write_modules(
    name: str,
    folder: Path,
) -> None:
    """Write each Python block to the file that its first line names."""
    for block in page(name).blocks("python"):
        title = block.partition("\n")[0].removeprefix("# ")
        (folder / title).write_text(block)


def in_order(
    lines: list[str],
    *wanted: str,
) -> bool:
    """Tell whether all of `wanted` stand among the lines, one after the other."""
    rest = iter(lines)
    return all(any(line == sentence for line in rest) for sentence in wanted)
