# Written by scripts/write_sync.py from _async/transport.py: change that.
"""Sends what is prepared, and sends it again where that does no harm."""

import time
from typing import Any

from ntt_auth._http import Unreachable
from ntt_auth.errors import AuthError, ServerUnavailable
from ntt_auth.rest.answers import read
from ntt_auth.rest.calls import Sent
from ntt_auth.rest.pool import Pool
from ntt_auth.rest.repeating import delay


class Transport:
    """Sends to one issuer. `retries` is how often a call is sent again at most."""

    def __init__(self, retries: int) -> None:
        self._retries = retries
        self._channel = Pool()

    def send(self, sent: Sent) -> Any:
        """Return the JSON of the answer; raises `ApiError`, `ServerUnavailable`."""
        attempt = 0
        while True:
            try:
                return self._once(sent)
            except AuthError as error:
                wait = delay(error, attempt, sent.repeatable)
                if wait is None or attempt >= self._retries:
                    raise
            time.sleep(wait)
            attempt += 1

    def _once(self, sent: Sent) -> Any:
        try:
            response = self._channel.send(sent.request)
        except Unreachable as error:
            raise ServerUnavailable(
                f"The authentication server does not answer: {error}."
            ) from error
        return read(response)

    def close(self) -> None:
        """Close the connections."""
        self._channel.close()
