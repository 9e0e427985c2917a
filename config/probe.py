"""Asks the service on this machine whether it lives: the container's health check.

`python -m config.probe` exits with 0 when `/healthz` answers 200. Standard library only,
so that a check every few seconds costs an interpreter and not a Django.
"""

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def healthy(
    port: int,
    *,
    host: str = "localhost",
    timeout: float = 2.0,
) -> bool:
    """Return whether `/healthz` on the loopback answers 200 within `timeout` seconds.

    `host` is the name asked for: production answers to its issuer's only.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    issuer = urlsplit(
        os.environ.get("ISSUER", "")
    ).hostname  # the one host it answers to
    alive = healthy(int(os.environ.get("PORT", "8000")), host=issuer or "localhost")
    sys.exit(0 if alive else 1)
