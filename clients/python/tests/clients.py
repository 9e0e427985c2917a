"""A client against a scripted server: the same tests for the blocking one and the other."""

import asyncio
import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ntt_auth import AsyncClient, Client
from servers import Answer, Handler, Server

SECRET = "the secret of a service"
TOKENS = "/oauth/token"


class Blocking:
    """Something asynchronous that a test can use as if it blocked."""

    def __init__(
        self,
        target: Any,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._target, self._loop = target, loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if callable(found):
            return lambda *args, **options: self._settled(found(*args, **options))
        return self._settled(found)

    def _settled(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            return self._loop.run_until_complete(value)
        ours = type(value).__module__.startswith("ntt_auth._async")
        return Blocking(value, self._loop) if ours else value

    def __iter__(self) -> Iterator[Any]:
        async def rows() -> list[Any]:
            return [row async for row in self._target]

        return iter(self._loop.run_until_complete(rows()))

    def __repr__(self) -> str:
        return repr(self._target)


@dataclass
class Received:
    """One request, as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Script:
    """Answers one after the other, the last again and again; keeps what was asked."""

    answers: list[Answer | None]
    received: list[Received] = field(default_factory=list)

    def __call__(self, handler: Handler) -> Answer | None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.received.append(
            Received(handler.command, handler.path, headers, handler.body)
        )
        return self.answers[min(len(self.received), len(self.answers)) - 1]


def ok(
    document: Any = None,
    status: int = 200,
    **headers: str,
) -> Answer:
    return status, headers, b"" if document is None else json.dumps(document).encode()


def problem(
    status: int,
    code: str,
    detail: str = "No.",
    **more: Any,
) -> Answer:
    headers = {"X-Request-ID": "req-1", **more.pop("headers", {})}
    body = {"title": "T", "status": status, "detail": detail, "code": code, **more}
    return status, headers, json.dumps(body).encode()


def page(
    *rows: Any,
    after: str | None = None,
) -> Answer:
    return ok({"data": list(rows), "next_cursor": after, "has_more": bool(after)})


def scripted(
    server: Server,
    path: str,
    *answers: Answer | None,
) -> Script:
    """Let a path answer so, and return what it is asked."""
    script = Script(list(answers))
    server.answers[path] = script
    return script


def gives_tokens(
    server: Server,
    seconds: int = 300,
) -> Script:
    """Let the server give tokens to services: t1, t2 and so on."""
    numbered = [
        ok({"access_token": f"t{n}", "token_type": "Bearer", "expires_in": seconds})
        for n in range(1, 10)
    ]
    return scripted(server, TOKENS, *numbered)


KINDS: dict[str, Any] = {"blocking": Client, "async": AsyncClient}
