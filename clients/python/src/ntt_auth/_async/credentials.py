"""Where the tokens of a client come from."""

import asyncio

from ntt_auth._async.transport import AsyncTransport
from ntt_auth.errors import AuthError
from ntt_auth.rest.options import Options
from ntt_auth.rest.sources import AsyncTokenSource, Held, Service, asked, nobody


class AsyncCredentials:
    """Gives access tokens: somebody's own, the application's, or none.

    The application's is kept until 60 seconds before its end. However many ask for one,
    one request is under way.
    """

    def __init__(
        self,
        options: Options,
        transport: AsyncTransport,
    ) -> None:
        self._options = options
        self._transport = transport
        self._held = Held()
        self._lock = asyncio.Lock()

    async def token(self, refused: str | None = None) -> str:
        """Return a token; `refused` is one that the server did not take.

        Raises `ConfigurationError` where there is no way to one.
        """
        source: AsyncTokenSource | None = self._options.token
        if source is not None:
            return await asked(source)
        service = self._options.service
        if service is None:
            raise nobody()
        found = self._held.look(refused)
        if found is not None:
            return found
        async with self._lock:
            return self._held.look(refused) or await self._new(service)

    async def _new(self, service: Service) -> str:
        sent = service.request(self._options.issuer, self._options.timeout)
        try:
            return self._held.keep(await self._transport.send(sent))
        except AuthError as error:
            self._held.fail(error)
            raise
