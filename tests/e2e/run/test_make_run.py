"""`make run` as an operator meets it: a real process in a copy of the project."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent
READY = "is running"
OURS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "HOST", "PORT", "ISSUER", "DJANGO_ENV")

pytestmark = pytest.mark.e2e


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Run:
    """A running `make run`: what it printed so far, and its port."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return "".join(self.lines)

    def setup_link(self) -> str | None:
        """Return the one-time link of the banner, if there is one."""
        found = re.search(
            rf"http://127\.0\.0\.1:{self.port}/\S*set-?up\S*", self.output
        )
        return found.group() if found else None

    def status(self, path: str) -> int:
        """Return the status of a GET."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with no `var/`, on the `.venv` that is there."""
    if not (ROOT / ".venv" / ".installed.json").exists():
        subprocess.run(["make", "dev"], cwd=ROOT, check=True, env=_environment())
    copy = tmp_path_factory.mktemp("clone") / "project"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(
        listed, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in OURS}


@contextmanager
def running(
    project: Path,
    *settings: str,
    seconds: float = 60,
) -> Iterator[Run]:
    """Start `make run`, wait for its banner, and end it by its process group."""
    port = free_port()
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}", *settings],
        cwd=project,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    run = Run(process, port)
    try:
        _await_banner(run, seconds)
        yield run
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await_banner(
    run: Run,
    seconds: float,
) -> None:
    assert run.process.stdout is not None
    ends = time.monotonic() + seconds
    while READY not in run.output or "Ctrl-C" not in run.output:
        line = run.process.stdout.readline()
        if not line or time.monotonic() > ends:
            pytest.fail(f"no banner:\n{run.output}")
        run.lines.append(line)


def _end(run: Run) -> None:
    """Ask make alone to end, as a supervisor does, and wait until nothing listens."""
    run.process.send_signal(signal.SIGTERM)
    run.process.wait(timeout=30)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_server(("127.0.0.1", run.port)).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("something still listens")


def _refused(
    project: Path,
    *settings: str,
) -> str:
    """Run `make run` that must refuse; return its one line."""
    done = subprocess.run(
        ["make", "run", *settings],
        cwd=project,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert len(said) == 1, done.stderr
    return said[0]


def test_it_starts_greets_serves_and_starts_again(project: Path) -> None:
    with running(project, "WEB_WORKERS=2") as first:
        assert f"http://127.0.0.1:{first.port}/admin/" in first.output
        assert f"http://127.0.0.1:{first.port}/api/docs" in first.output
        assert f"Issuer     http://127.0.0.1:{first.port}" in first.output
        assert first.setup_link()
        assert first.status("/healthz") == 200
        assert first.status("/.well-known/jwks.json") == 200
        _end(first)
    secrets = project / "var" / "secrets.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    kept = secrets.read_bytes()
    began = time.monotonic()
    with running(project) as second:
        assert time.monotonic() - began < 15
        assert "Applied" not in second.output
        assert secrets.read_bytes() == kept
        assert second.setup_link() not in (None, first.setup_link())
        _end(second)


def test_the_set_up_link_opens_a_page_and_voids_the_last(project: Path) -> None:
    with running(project) as first:
        link = first.setup_link()
        assert link
        old = link.partition(str(first.port))[2]
        assert first.status(old) == 200
        _end(first)
    with running(project) as second:
        assert second.status(old) in (403, 404, 410)


def test_ctrl_c_in_a_terminal_leaves_nothing_running(project: Path) -> None:
    with running(project) as run:
        os.killpg(run.process.pid, signal.SIGINT)  # what a terminal sends
        run.process.wait(timeout=30)
        socket.create_server(("127.0.0.1", run.port)).close()


def test_a_busy_port_is_one_line(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _refused(project, f"PORT={port}")
    assert f"127.0.0.1:{port} cannot be used" in said
    assert "make run PORT=" in said


def test_a_folder_that_cannot_be_written_is_one_line(project: Path) -> None:
    said = _refused(project, "VAR_DIR=/dev/null/var", f"PORT={free_port()}")
    assert "/dev/null/var cannot be written" in said


def test_a_database_that_is_not_there_is_one_line(project: Path) -> None:
    pytest.importorskip("MySQLdb")
    url = f"DATABASE_URL=mysql://root@127.0.0.1:{free_port()}/nowhere"
    said = _refused(project, url, f"PORT={free_port()}")
    assert "the database cannot be used" in said
    assert "DATABASE_URL" in said


def test_a_database_file_that_is_none_is_one_line(
    project: Path,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_text("this is no database, and long enough to be read as one " * 40)
    said = _refused(project, f"DATABASE_URL=sqlite:///{broken}", f"PORT={free_port()}")
    assert "the database cannot be used" in said


@pytest.mark.parametrize("setting", ["PORT=eight", "BCRYPT_ROUNDS=many", "PORT=70000"])
def test_an_invalid_setting_is_named(
    project: Path,
    setting: str,
) -> None:
    assert setting.partition("=")[0] in _refused(project, setting)


def test_a_too_old_python_is_one_line(
    project: Path,
    tmp_path: Path,
) -> None:
    old = tmp_path / "python3.9"
    old.write_text(
        '#!/bin/sh\ncase "$2" in *python_version*) echo 3.9.2 ;; *) exit 1 ;; esac\n'
    )
    old.chmod(0o755)
    said = _refused(project, f"PYTHON={old}")
    assert "Python 3.11 or newer is needed" in said
    assert "3.9.2" in said
