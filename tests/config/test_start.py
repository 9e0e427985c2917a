import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import start
from config.start import CannotStart, check_folder, check_port

ROOT = Path(start.__file__).resolve().parent.parent


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    check_folder(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "var").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file stands here")
    with pytest.raises(CannotStart, match="var cannot be written .*VAR_DIR="):
        check_folder(tmp_path / "var")


def test_a_busy_port_suggests_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"127.0.0.1:{port}.*make run PORT="):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(CannotStart, match="from 1 to 65535"):
        check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotStart, match=f"HOST={host} is no address"):
        check_port(host, 8000)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eight", "PORT is not a valid int"),
        ("DJANGO_ENV", "prod", "DJANGO_ENV is not development, production or test"),
        ("DATABASE_URL", "postgres://x@y/z", "DATABASE_URL is neither mysql://"),
        ("DATABASE_URL", "mysql://root@127.0.0.1:1/x", "the database cannot be used"),
        ("LIMIT_LOGIN_IP", "many", "LIMIT_LOGIN_IP"),
        ("VAR_DIR", "/dev/null/var", "/dev/null/var cannot be written"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_one(
    name: str,
    value: str,
    said: str,
    tmp_path: Path,
) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PORT")}
    given = {"DJANGO_ENV": "development", "VAR_DIR": str(tmp_path), name: value}
    if value.startswith("mysql"):
        pytest.importorskip("MySQLdb")
    done = subprocess.run(
        [sys.executable, "-m", "config.start", "--prepare"],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("host", "issuer", "base"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("127.0.0.1", "http://localhost:8000", "http://localhost:8000"),
        ("127.0.0.1", "http://localhost:9000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000", "http://0.0.0.0:8000"),  # nosec: no socket
        ("127.0.0.1", "https://id.example.com", "http://127.0.0.1:8000"),
    ],
)
def test_the_banner_names_the_host_that_has_the_passkeys(
    host: str,
    issuer: str,
    base: str,
) -> None:
    settings = SimpleNamespace(HOST=host, PORT=8000, ISSUER=issuer)
    assert start.base_of(settings) == base


@pytest.mark.parametrize(
    ("port", "issuer", "command"),
    [
        (8000, "http://127.0.0.1:8000", "make quickstart"),
        (8123, "http://127.0.0.1:8123", "make quickstart URL=http://127.0.0.1:8123"),
        (8123, "http://localhost:8123", "make quickstart URL=http://localhost:8123"),
    ],
)
def test_the_command_that_comes_next_finds_the_service(
    port: int,
    issuer: str,
    command: str,
) -> None:
    settings = SimpleNamespace(HOST="127.0.0.1", PORT=port, ISSUER=issuer)
    assert start.quickstart_of(settings) == command
