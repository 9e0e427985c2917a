"""A service of ours, asked over HTTP from the outside: what `quickstart` and `doctor` see.

Standard library only; no redirect is followed and no proxy asked.
"""

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from config.errors import InvalidInput, Unavailable

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """A status and the JSON object that came with it (empty where none did)."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Service:
    """The service at a base URL, such as http://127.0.0.1:8000."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            self.host, self.port = parts.hostname or "", parts.port
        except ValueError:
            parts = urlsplit("")
        more = parts.path.strip("/") or parts.query or parts.username
        if parts.scheme not in ("http", "https") or not parts.hostname or more:
            raise InvalidInput.at(
                "url", detail="Expected a base URL such as http://127.0.0.1:8000."
            )
        self.secure = parts.scheme == "https"

    def get(
        self,
        path: str,
        *,
        token: str = "",
    ) -> Answer:
        """GET a path, as the bearer of `token` if there is one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask("GET", path, None, headers)

    def post(
        self,
        path: str,
        body: dict[str, Any],
    ) -> Answer:
        """POST a JSON object to a path."""
        sent = json.dumps(body).encode()
        return self._ask("POST", path, sent, {"Content-Type": "application/json"})

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> Answer:
        """Raises `Unavailable` where nobody answers, or not in HTTP."""
        kind = HTTPSConnection if self.secure else HTTPConnection
        connection = kind(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, headers)
            got = connection.getresponse()
            raw = got.read(MOST_BYTES)
        except (OSError, HTTPException) as fault:
            said = getattr(fault, "strerror", None) or type(fault).__name__
            raise Unavailable(str(said)) from fault
        finally:
            connection.close()
        return Answer(got.status, _object(raw), dict(got.getheaders()))


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
