"""A client that dawdles holds its thread for so long and no longer."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from gunicorn.workers import gthread

from config import worker
from config.worker import Connection, RequestSocket, Worker, _Listener

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, RequestSocket]]:
    """A client, and our end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        ours, _ = _Listener(listener).accept()
    with client, ours:
        yield client, ours


def test_what_comes_in_time_is_read(
    pair: tuple[socket.socket, RequestSocket],
) -> None:
    client, ours = pair
    ours.begin(5)
    client.sendall(b"GET")
    assert ours.recv(10) == b"GET"
    assert ours.gettimeout() is None


def test_a_byte_now_and_then_does_not_start_the_clock_again(
    pair: tuple[socket.socket, RequestSocket],
) -> None:
    client, ours = pair
    ours.begin(0.3)
    for _ in range(2):
        client.sendall(b"x")
        assert ours.recv(1) == b"x"
        time.sleep(0.1)
    with pytest.raises(ConnectionResetError) as late:
        ours.recv(1)
    assert late.value.errno == errno.ECONNRESET  # gunicorn then just closes
    client.sendall(b"x")
    with pytest.raises(ConnectionResetError):
        ours.recv(1)


def test_each_request_has_its_own_time(
    pair: tuple[socket.socket, RequestSocket],
) -> None:
    client, ours = pair
    ours.begin(0)
    ours.end()
    client.sendall(b"ab")
    assert ours.recv(1) == b"a"
    ours.begin(5)
    assert ours.recv(1) == b"b"


def test_a_shorter_time_of_gunicorns_own_holds(
    pair: tuple[socket.socket, RequestSocket],
) -> None:
    _, ours = pair
    ours.begin(60)
    ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ours.recv(1)
    assert ours.gettimeout() == 0.05


def test_gunicorn_still_has_what_this_leans_on() -> None:
    assert gthread.DEFAULT_WORKER_DATA_TIMEOUT == 0.2
    for name in ("accept", "handle"):
        assert getattr(Worker, name) is not getattr(gthread.ThreadWorker, name)


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve with one worker of four threads; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    settings = {"PORT": str(port), "WEB_WORKERS": "1", "WEB_THREADS": "4"}
    settings |= {"VAR_DIR": str(folder), "HASHING_SLOTS": "1", "HASHING_QUEUE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.start"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield port
    finally:
        process.terminate()
        process.wait(30)


def healthy(port: int) -> bool:
    """Ask as a probe does."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.e2e
def test_slow_clients_do_not_keep_the_service(tmp_path: Path) -> None:
    halves = [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-a: ",
        b"POST /api/v1/tokens/verify HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ]
    with served(tmp_path) as port:
        assert healthy(port)
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
        for number, client in enumerate(slow):
            client.sendall(halves[number % 2])
        began = time.monotonic()
        while not healthy(port):
            assert time.monotonic() - began < worker.REQUEST_SECONDS * 4
        for client in slow:
            client.close()


@pytest.mark.e2e
def test_clients_that_say_nothing_hold_no_thread(tmp_path: Path) -> None:
    with served(tmp_path) as port:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        time.sleep(3)
        assert healthy(port)
        for client in silent:
            client.close()


@pytest.mark.e2e
def test_nobody_names_another_script_name(tmp_path: Path) -> None:
    with served(tmp_path) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request(
            "GET", "/api/v1/admin/login/", headers={"SCRIPT_NAME": "/api/v1"}
        )
        assert connection.getresponse().status in (400, 404)
        connection.close()


@pytest.mark.e2e
def test_what_it_writes_is_its_own_to_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with served(tmp_path):
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert tmp_path / "db.sqlite3" in files
        assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_a_connection_is_closed_without_waiting_for_the_client(
    pair: tuple[socket.socket, RequestSocket],
) -> None:
    client, ours = pair
    client.sendall(b"never read")
    ours.sendall(b"answer")
    began = time.monotonic()
    made: Any = Connection
    connection = made(None, ours, None, None)
    connection.close(graceful=True)
    connection.close(graceful=True)
    assert time.monotonic() - began < 1  # gunicorn's own takes two seconds
    assert client.recv(100) == b"answer"
    assert client.recv(100) == b""


@pytest.mark.e2e
def test_clients_that_never_close_stop_nobody(tmp_path: Path) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with served(tmp_path) as port:
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for client in held:
            client.sendall(asked)
        began = time.monotonic()
        assert healthy(port)
        assert time.monotonic() - began < 2  # it was 2 s for each of the 20
        for client in held:
            client.close()
