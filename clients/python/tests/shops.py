"""Starts the site of `shop`, and browses it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import databases
from ntt_auth._http import library

PAGE = {"Accept": "text/html"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def open_shop(
    folder: Path,
    auth: dict[str, Any],
    **more: Any,
) -> Iterator[str]:
    """Yield the address of a running site; it is ended by its own process id."""
    given = {
        "port": free_port(),
        "database": databases.of(folder),
        "auth": auth,
        **more,
    }
    with (folder / "shop.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("shop.py"))],
            env={**os.environ, "SHOP": json.dumps(given)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            ends = time.monotonic() + 60
            while not _listens(given["port"]):
                told = (folder / "shop.log").read_text()
                assert process.poll() is None and time.monotonic() < ends, told
                time.sleep(0.1)
            yield f"http://127.0.0.1:{given['port']}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def browser() -> Any:
    """Return a browser without script, in which nobody is signed in."""
    return library().Client(headers=PAGE, timeout=30)


def query(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return dict(parse_qsl(urlsplit(address).query))
