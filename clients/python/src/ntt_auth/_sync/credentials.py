# Written by scripts/write_sync.py from _async/credentials.py: change that.
"""Where the tokens of a client come from."""

import threading

from ntt_auth._sync.transport import Transport
from ntt_auth.errors import AuthError
from ntt_auth.rest.options import Options
from ntt_auth.rest.sources import Held, Service, TokenSource, asked_now, nobody


class Credentials:
    """Gives access tokens: somebody's own, the application's, or none.

    The application's is kept until 60 seconds before its end. However many ask for one,
    one request is under way.
    """

    def __init__(
        self,
        options: Options,
        transport: Transport,
    ) -> None:
        self._options = options
        self._transport = transport
        self._held = Held()
        self._lock = threading.Lock()

    def token(self, refused: str | None = None) -> str:
        """Return a token; `refused` is one that the server did not take.

        Raises `ConfigurationError` where there is no way to one.
        """
        source: TokenSource | None = self._options.token
        if source is not None:
            return asked_now(source)
        service = self._options.service
        if service is None:
            raise nobody()
        found = self._held.look(refused)
        if found is not None:
            return found
        with self._lock:
            return self._held.look(refused) or self._new(service)

    def _new(self, service: Service) -> str:
        sent = service.request(self._options.issuer, self._options.timeout)
        try:
            return self._held.keep(self._transport.send(sent))
        except AuthError as error:
            self._held.fail(error)
            raise
