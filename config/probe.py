"""Asks the service on this machine whether it lives: the container's health check.

`python -m config.probe` exits with 0 when `/healthz` answers 200. Standard library only,
so that a check every few seconds costs an interpreter and not a Django.
"""

import os
import sys
from http.client import HTTPConnection


def healthy(
    port: int,
    *,
    timeout: float = 2.0,
) -> bool:
    """Return whether `/healthz` on the loopback answers 200 within `timeout` seconds."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(int(os.environ.get("PORT", "8000"))) else 1)
