"""FastAPI: `Auth`, whose `require(...)` and `optional()` are dependencies.

Refusals are raised as `Refused` and `Unavailable` and become problem documents with no
set-up, with and without the lifespan; `app.add_exception_handler(Refused, ...)` of yours
comes first. The lifespan warms the keys, completes the OpenAPI document and closes;
with one of your own write `async with auth.lifespan(app): yield`. Where no lifespan runs,
as in a script that exports the document, `auth.document(app)` completes it.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast
from urllib.parse import urlencode
from weakref import WeakSet

from fastapi import FastAPI, Security
from fastapi.openapi.models import (
    HTTPBearer,
    OAuth2,
    OAuthFlowAuthorizationCode,
    OAuthFlows,
)
from fastapi.openapi.models import SecurityBase as SecurityModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from ntt_auth._swagger import bridge
from ntt_auth._web import (
    AsyncVerifying,
    async_verifier,
    check,
    problem_responses,
    token_or_none,
)
from ntt_auth.errors import Refused, Unavailable
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement
from ntt_auth.starlette import Message, Receive, Scope, Send, authorization, refuse

__all__ = ["Auth", "Principal"]

_log = logging.getLogger("ntt_auth")


class Auth:
    """Protect operations: one of these for each audience.

    Issuer and audience come from here or from the environment (`NTT_AUTH_ISSUER`,
    `NTT_AUTH_AUDIENCE`). `docs_client_id` is the public application that Swagger's
    Authorize button starts with. Other options are `AsyncVerifier`'s. Raises
    `ConfigurationError`.
    """

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        *,
        verifier: AsyncVerifying | None = None,
        docs_client_id: str | None = None,
        **options: Any,
    ) -> None:
        self.verifier = verifier or async_verifier(issuer, audience, options)
        self.docs_client_id = docs_client_id
        self._documented: WeakSet[FastAPI] = WeakSet()
        base = self.verifier.issuer.rstrip("/")
        resource = urlencode({"resource": self.verifier.audience})
        self._flow = OAuthFlowAuthorizationCode(
            # RFC 8707: with several APIs in one document each asks for its own tokens
            authorizationUrl=f"{base}/oauth/authorize?{resource}",
            tokenUrl=f"{base}/oauth/token",
            refreshUrl=f"{base}/oauth/token",
            scopes={},
        )
        about = f"An access token of {base} for {self.verifier.audience}."
        flows = OAuthFlows(authorizationCode=self._flow)
        name = self.verifier.audience
        self._schemes = (
            _Scheme(
                f"Bearer {name}", HTTPBearer(bearerFormat="JWT", description=about)
            ),
            _Scheme(f"Sign-in {name}", OAuth2(flows=flows, description=about)),
        )

    def require(
        self,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        permissions: Iterable[str] = (),
        acr: str | None = None,
        max_age: int | None = None,
    ) -> Callable[..., Awaitable[Principal]]:
        """Return the dependency that gives the `Principal`, if it meets all of these.

        `acr` is the least level, `max_age` is in seconds.
        """
        requirement = Requirement.of(
            scopes=scopes,
            roles=roles,
            permissions=permissions,
            acr=acr,
            max_age=max_age,
        )
        named = list(requirement.scopes)
        self._flow.scopes.update({name: "" for name in named})
        bearer, sign_in = self._schemes

        async def principal(
            connection: HTTPConnection,
            _bearer: Annotated[None, Security(bearer, scopes=named)],
            _sign_in: Annotated[None, Security(sign_in, scopes=named)],
        ) -> Principal:
            return check(await self._principal(connection), requirement)

        return principal

    def optional(self) -> Callable[..., Awaitable[Principal | None]]:
        """Return the dependency that gives None where there is no token.

        A bad token is refused all the same.
        """
        bearer, sign_in = self._schemes

        async def principal(
            connection: HTTPConnection,
            _bearer: Annotated[None, Security(bearer)],
            _sign_in: Annotated[None, Security(sign_in)],
        ) -> Principal | None:
            return await self._principal(connection)

        return principal

    async def _principal(self, connection: HTTPConnection) -> Principal | None:
        _answer_refusals(connection)
        token = token_or_none(authorization(connection.scope))
        return await self.verifier.verify(token) if token is not None else None

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Warm the keys, and close in the end. A server that is down stops no start."""
        self.document(app)
        try:
            await self.verifier.warm()
        except Unavailable as error:
            _log.warning("Nobody is let in yet, at %s: %s", self.verifier.issuer, error)
        try:
            yield
        finally:
            await self.verifier.close()

    def document(self, app: FastAPI) -> None:
        """Let the OpenAPI document tell of refusals, and Swagger sign in with PKCE.

        Once is enough, and more often does no harm.
        """
        if app in self._documented:
            return
        self._documented.add(app)
        sign_in: dict[str, Any] = {"usePkceWithAuthorizationCodeGrant": True}
        if self.docs_client_id:
            sign_in["clientId"] = self.docs_client_id
        app.swagger_ui_init_oauth = {**sign_in, **(app.swagger_ui_init_oauth or {})}
        bridge(app)
        build = app.openapi
        names = {scheme.scheme_name for scheme in self._schemes}

        def openapi() -> dict[str, Any]:
            return _with_refusals(build(), names)

        app.openapi = openapi  # type: ignore[method-assign]


class _Scheme(SecurityBase):
    """What stands in the OpenAPI document; the verifying is done by the dependency."""

    def __init__(
        self,
        name: str,
        model: SecurityModel,
    ) -> None:
        # a component's name may hold nothing else (OpenAPI 3.1 section 4.8.7)
        self.scheme_name = "".join(
            c if c.isalnum() or c in "._-" else "-" for c in name
        )
        self.model = model

    async def __call__(self) -> None:
        return None


def _with_refusals(
    schema: dict[str, Any],
    names: set[str],
) -> dict[str, Any]:
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            if not isinstance(operation, dict):
                continue
            if any(names & set(one) for one in operation.get("security", ())):
                for status, said in problem_responses().items():
                    operation.setdefault("responses", {}).setdefault(status, said)
    return schema


def _answer_refusals(connection: HTTPConnection) -> None:
    # The application's handlers, of whichever application serves this connection. There
    # is no earlier moment: `auth` meets `app` here, unless the lifespan runs, and by then
    # Starlette has copied what `add_exception_handler` would change.
    handlers: dict[Any, Any] = connection.scope["starlette.exception_handlers"][0]
    for kind in (Refused, Unavailable):
        if not any(known in handlers for known in kind.__mro__[:-2]):
            handlers[kind] = _refuse


async def _refuse(
    connection: HTTPConnection,
    error: Exception,
) -> "_Refusal":
    return _Refusal(cast("Refused | Unavailable", error))


class _Refusal:
    """An ASGI response, also to a websocket that is not accepted."""

    def __init__(self, error: Refused | Unavailable) -> None:
        self.error = error

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        sender: Send = send
        await refuse(self.error, scope, sender)
