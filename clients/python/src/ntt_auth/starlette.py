"""Starlette, and whatever else speaks ASGI: a middleware, and `requires` for endpoints.

    app.add_middleware(AuthMiddleware, issuer="...", audience="...")

    @requires(scopes=["orders:read"])
    async def orders(request):
        return JSONResponse({"sub": request.user.sub})

`scope["user"]` (Starlette's `request.user`) is the `Principal`, or None where the caller
sent no token. A bad token is refused at once.
"""

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeVar, cast

from ntt_auth._web import (
    AsyncVerifying,
    async_verifier,
    check,
    token_or_none,
)
from ntt_auth.challenges import CONTENT_TYPE, answer
from ntt_auth.errors import ConfigurationError, Refused, Unavailable
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement

__all__ = ["AuthMiddleware", "Principal", "requires"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class AuthMiddleware:
    """Verify who calls, for every request of an ASGI application.

    `requirement` refuses whoever does not meet it on every path; without it a caller may
    come without a token, and `requires` decides. Other options are `AsyncVerifier`'s.
    """

    def __init__(
        self,
        app: App,
        issuer: str | None = None,
        audience: str | None = None,
        *,
        verifier: AsyncVerifying | None = None,
        requirement: Requirement | None = None,
        **options: Any,
    ) -> None:
        self.app = app
        self.verifier = verifier or async_verifier(issuer, audience, options)
        self.requirement = requirement

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._lifespan(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._authenticate(scope)
            await self.app(scope, receive, sending)
        except (Refused, Unavailable) as error:
            if started:  # too late for an answer: let the server close the connection
                raise
            await refuse(error, scope, send)

    async def _authenticate(self, scope: Scope) -> None:
        token = token_or_none(authorization(scope))
        principal = await self.verifier.verify(token) if token is not None else None
        if self.requirement is not None:
            check(principal, self.requirement)
        scope["user"] = scope["auth"] = principal

    async def _lifespan(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            await self.verifier.close()


def requires(
    *,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    permissions: Iterable[str] = (),
    acr: str | None = None,
    max_age: int | None = None,
) -> Callable[[Endpoint], Endpoint]:
    """Protect a Starlette endpoint: a function, or a method of an `HTTPEndpoint`.

    `acr` is the least level, `max_age` is in seconds. Needs `AuthMiddleware`.
    """
    requirement = Requirement.of(
        scopes=scopes, roles=roles, permissions=permissions, acr=acr, max_age=max_age
    )

    def decorate(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        def plain(*args: Any, **kwargs: Any) -> Any:
            check(_principal(args, kwargs), requirement)
            return endpoint(*args, **kwargs)

        @functools.wraps(endpoint)
        async def asynchronous(*args: Any, **kwargs: Any) -> Any:
            return await plain(*args, **kwargs)

        chosen = asynchronous if inspect.iscoroutinefunction(endpoint) else plain
        return cast(Endpoint, chosen)

    return decorate


def _principal(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Principal | None:
    for value in (*args, *kwargs.values()):
        scope = getattr(value, "scope", None)
        if isinstance(scope, MutableMapping) and "user" in scope:
            found: Principal | None = scope["user"]
            return found
    raise ConfigurationError(
        "Nobody looked who calls.",
        action="Add ntt_auth.starlette.AuthMiddleware to the application.",
    )


def authorization(scope: Scope) -> list[bytes]:
    """Return every `Authorization` header of a connection."""
    return [value for name, value in scope["headers"] if name == b"authorization"]


async def refuse(
    error: Refused | Unavailable,
    scope: Scope,
    send: Send,
) -> None:
    """Send the answer to a refusal.

    A websocket is denied by the same answer where the server can send one (ASGI
    extension `websocket.http.response`), else closed, which servers answer by 403.
    """
    kind = "http.response"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": error.code})
            return
        kind = "websocket.http.response"
    said = answer(error)
    body = json.dumps(said.body).encode()
    headers = {
        **said.headers,
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
    }
    raw = [
        (name.lower().encode(), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    await send({"type": f"{kind}.start", "status": said.status, "headers": raw})
    await send({"type": f"{kind}.body", "body": body})
