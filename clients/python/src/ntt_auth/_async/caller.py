"""The one way from a method to the server."""

from collections.abc import Mapping
from typing import Any

from ntt_auth._async.credentials import AsyncCredentials
from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.transport import AsyncTransport
from ntt_auth.errors import Unauthenticated
from ntt_auth.rest.answers import is_stale
from ntt_auth.rest.calls import Access, Call, bearing, prepared
from ntt_auth.rest.options import Options
from ntt_auth.rest.pages import page_of
from ntt_auth.rest.steps import step_of


class AsyncCaller:
    """Makes calls with the right token, and again once where that was refused."""

    def __init__(
        self,
        options: Options,
        transport: AsyncTransport,
    ) -> None:
        self.options = options
        self._transport = transport
        self._credentials = AsyncCredentials(options, transport)

    async def send(self, call: Call) -> Any:
        """Return what the server answers; raises `ApiError`, `ServerUnavailable`."""
        sent = prepared(call, self.options.issuer, self.options.timeout)
        if call.access is Access.PUBLIC:
            return await self._transport.send(sent)
        token = await self._credentials.token()
        try:
            return await self._transport.send(bearing(sent, token))
        except Unauthenticated as error:
            if not is_stale(error):
                raise
            newer = await self._credentials.token(refused=token)
            if newer == token:
                raise
        return await self._transport.send(bearing(sent, newer))

    async def get(
        self,
        path: str,
        **query: Any,
    ) -> Any:
        """Read something."""
        return await self.send(Call("GET", path, query))

    async def patch(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Change something."""
        return await self.send(Call("PATCH", path, body=body))

    async def put(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Replace something."""
        return await self.send(Call("PUT", path, body=body))

    async def delete(
        self,
        path: str,
        **query: Any,
    ) -> Any:
        """Remove or end something."""
        return await self.send(Call("DELETE", path, query))

    async def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Do something with one's own account."""
        return await self.send(Call("POST", path, body=body))

    async def manage(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> Any:
        """Make or do something as management; `key` is an Idempotency-Key."""
        call = Call("POST", path, {}, body, Access.MANAGE, idempotency_key=key)
        return await self.send(call)

    async def public(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Do what anybody may: no token is sent."""
        return await self.send(Call("POST", path, {}, body, Access.PUBLIC))

    async def step(
        self,
        path: str,
        body: Mapping[str, Any],
        access: Access = Access.PUBLIC,
    ) -> Any:
        """Go on with a sign-in; return its answer, or the step that comes next."""
        try:
            return await self.send(Call("POST", path, {}, body, access))
        except Unauthenticated as error:
            return step_of(error)

    def list(
        self,
        path: str,
        **query: Any,
    ) -> AsyncListing[Any]:
        """Return the rows of a list, read as they are asked for."""

        async def read(cursor: str | None) -> Any:
            return page_of(await self.get(path, **query, cursor=cursor))

        return AsyncListing(read)
