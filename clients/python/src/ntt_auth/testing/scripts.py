"""Answers that a test gives to the REST API, and what was asked.

There is no management API in memory. Who may do what, which input is refused, when a
person is gone: those are some hundred operations and all their rules, and a second
implementation of them drifts. Tests would pass that the server would fail.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ntt_auth._http import Request, Response
from ntt_auth.testing.answers import answer, problem


@dataclass(frozen=True)
class Asked:
    """One request as it came: `path` below the issuer, `query` as the last values."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body's document."""
        return json.loads(self.body)


Give = Callable[[Asked], Any]


@dataclass(frozen=True)
class Script:
    """What one operation answers: `document`, or what it returns for a request."""

    document: Any
    status: int
    code: str
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Response:
        """Note a request, and answer it."""
        self.asked.append(asked)
        if self.code:
            return problem(self.status, self.code)
        given = self.document(asked) if callable(self.document) else self.document
        return answer(given, {}, self.status)


def asked_of(
    request: Request,
    base: str,
) -> Asked:
    """Return a request to an issuer, taken apart."""
    parts = urlsplit(request.url[len(base.rstrip("/")) :])
    told = parse_qs(parts.query, keep_blank_values=True)
    query = {name: values[-1] for name, values in told.items()}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(request.method, parts.path, query, headers, request.body)


def may_be_told(path: str) -> bool:
    """Tell whether there is an operation that the kit leaves to tests."""
    ours = path.startswith(("/oauth/", "/api/v1/"))
    return ours and not path.startswith("/api/v1/tokens/")


def unscripted(asked: Asked) -> Response:
    """Return what says that a test has to tell the answer."""
    told = f"{asked.method!r}, {asked.path!r}"
    return problem(
        501,
        "not_scripted",
        f"The test kit has no answer of its own here: issuer.script({told}, ...).",
    )
