"""`AsyncClient`: the REST API of an authentication server."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from ntt_auth._async.auth import Auth
from ntt_auth._async.caller import AsyncCaller
from ntt_auth._async.instance import AuditEvents, SigningKeys
from ntt_auth._async.me import Me
from ntt_auth._async.social import Social
from ntt_auth._async.tenant import Tenant
from ntt_auth._async.tenants import Tenants
from ntt_auth._async.tokens import Tokens
from ntt_auth._async.transport import AsyncTransport
from ntt_auth._async.users import Users
from ntt_auth.rest.options import (
    CLIENTS,
    Options,
    checked,
    of_environment,
    with_token,
)
from ntt_auth.rest.sources import AsyncTokenSource


class AsyncClient:
    """The REST API of an authentication server.

        async with AsyncClient.from_env() as client:
            user = await client.users.create(email="a@b.c", send_invite=True)
            async for tenant in client.tenants.list():
                await client.tenant(tenant["slug"]).roles.create(name="clerk")

    Methods raise `ApiError` (what the server answered) and `ServerUnavailable`; bodies
    and answers have the names of the REST API (`ntt_auth.types`).
    """

    def __init__(
        self,
        issuer: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        token: AsyncTokenSource | None = None,
        scope: str = "manage",
        audience: str | None = None,
        timeout: float = 10.0,
        retries: int = 3,
    ) -> None:
        """Take the server's address, and who calls.

        Args:
            issuer: None reads `NTT_AUTH_ISSUER`.
            client_id: of a service, with its `client_secret`; or of the public
                application that people sign in to by `auth`.
            client_secret: of a service that acts for itself (RFC 6749 section 4.4).
            token: a person's access token, or what returns one, instead of a secret. It
                is called for every call, so it should keep what it has.
            scope: what a service asks for.
            audience: the API that sign-ins by `auth` are for; the application's first
                where it is None.
            timeout: seconds for one attempt.
            retries: how often a failed call is sent again, where that does no harm.

        Raises `ConfigurationError`.
        """
        options = checked(
            issuer,
            client_id,
            client_secret,
            token,
            scope=scope,
            audience=audience,
            timeout=timeout,
            retries=retries,
        )
        self._begin(options, AsyncTransport(options.retries))

    def _begin(
        self,
        options: Options,
        transport: AsyncTransport,
    ) -> None:
        caller = AsyncCaller(options, transport)
        self._options, self._transport, self._caller = options, transport, caller
        self.auth = Auth(caller)
        self.me = Me(caller)
        self.tokens = Tokens(caller)
        self.social = Social(caller)
        self.users = Users(caller)
        self.tenants = Tenants(caller)
        self.signing_keys = SigningKeys(caller)
        self.audit_events = AuditEvents(caller)
        CLIENTS.add(self)

    @classmethod
    def from_env(
        cls,
        **options: Any,
    ) -> AsyncClient:
        """Return a client of `NTT_AUTH_ISSUER`, `NTT_AUTH_CLIENT_ID`, `..._SECRET`.

        `options` are those of the class and go before the environment. Raises
        `ConfigurationError`, which names the variable.
        """
        if options.get("token") is None:
            options["client_id"], options["client_secret"] = of_environment(
                options.get("client_id"), options.get("client_secret")
            )
        return cls(**options)

    @property
    def issuer(self) -> str:
        """Return the server's address."""
        return self._options.issuer

    def tenant(self, slug: str) -> Tenant:
        """Return what belongs to one tenant; asks nothing yet. Raises `BadRequest`."""
        return Tenant(self._caller, slug)

    def with_token(self, token: AsyncTokenSource) -> AsyncClient:
        """Return a client that calls with a person's token, over the same connections.

        For a server with screens of its own, which acts for many people.
        """
        found = type(self).__new__(type(self))
        found._begin(with_token(self._options, token), self._transport)
        return found

    async def aclose(self) -> None:
        """Close the connections. The client can be used again."""
        await self._transport.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.issuer}>"
