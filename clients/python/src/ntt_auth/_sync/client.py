# Written by scripts/write_sync.py from _async/client.py: change that.
"""`Client`: the REST API of an authentication server."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from ntt_auth._sync.auth import Auth
from ntt_auth._sync.caller import Caller
from ntt_auth._sync.instance import AuditEvents, SigningKeys
from ntt_auth._sync.me import Me
from ntt_auth._sync.social import Social
from ntt_auth._sync.tenant import Tenant
from ntt_auth._sync.tenants import Tenants
from ntt_auth._sync.tokens import Tokens
from ntt_auth._sync.transport import Transport
from ntt_auth._sync.users import Users
from ntt_auth.rest.options import (
    CLIENTS,
    Options,
    checked,
    of_environment,
    with_token,
)
from ntt_auth.rest.sources import TokenSource


class Client:
    """The REST API of an authentication server.

        with Client.from_env() as client:
            user = client.users.create(email="a@b.c", send_invite=True)
            for tenant in client.tenants.list():
                client.tenant(tenant["slug"]).roles.create(name="clerk")

    Methods raise `ApiError` (what the server answered) and `ServerUnavailable`; bodies
    and answers have the names of the REST API (`ntt_auth.types`).
    """

    def __init__(
        self,
        issuer: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        token: TokenSource | None = None,
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
        self._begin(options, Transport(options.retries))

    def _begin(
        self,
        options: Options,
        transport: Transport,
    ) -> None:
        caller = Caller(options, transport)
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
    ) -> Client:
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

    def with_token(self, token: TokenSource) -> Client:
        """Return a client that calls with a person's token, over the same connections.

        For a server with screens of its own, which acts for many people.
        """
        found = type(self).__new__(type(self))
        found._begin(with_token(self._options, token), self._transport)
        return found

    def close(self) -> None:
        """Close the connections. The client can be used again."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.issuer}>"
