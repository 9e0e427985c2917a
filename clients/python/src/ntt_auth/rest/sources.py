"""Access tokens: those that somebody gives, and those of the application itself."""

import base64
import copy
import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Union
from urllib.parse import quote_plus, urlencode

from ntt_auth._http import Request
from ntt_auth.errors import AuthError, ConfigurationError, ServerFault, Unauthenticated
from ntt_auth.rest.calls import Sent
from ntt_auth.rest.paths import API, TOKEN

TokenSource = Union[str, Callable[[], str]]
AsyncTokenSource = Union[str, Callable[[], Union[str, Awaitable[str]]]]

EARLY = 60.0  # seconds before its end that a token is replaced
COOL_DOWN = 5.0  # seconds in which a refusal is not asked for again
SHORT_COOL_DOWN = 1.0  # the same for what may pass


async def asked(source: AsyncTokenSource) -> str:
    """Return the token that a source gives; it may be a coroutine function."""
    if isinstance(source, str):
        return source
    found = source()
    return await found if inspect.isawaitable(found) else found


def asked_now(source: TokenSource) -> str:
    """Return the token that a source gives."""
    return source if isinstance(source, str) else source()


def nobody() -> ConfigurationError:
    """Return the error for a call that needs a token where there is none."""
    return ConfigurationError(
        "This call needs an access token.",
        action="Pass client_id and client_secret of a service, or token=.",
    )


@dataclass(frozen=True)
class Service:
    """An application that acts for itself. `scope` is separated by spaces."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "manage"

    def request(
        self,
        issuer: str,
        timeout: float,
    ) -> Sent:
        """Return the request for a token of our own API (RFC 6749 4.4, RFC 8707).

        Both halves of the Basic header are form-encoded (RFC 6749 section 2.3.1).
        """
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        body = {"grant_type": "client_credentials", "resource": f"{issuer}{API}"}
        if self.scope:
            body["scope"] = self.scope
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        request = Request(
            "POST", f"{issuer}{TOKEN}", headers, urlencode(body).encode(), timeout
        )
        return Sent(request, repeatable=True)


class Held:
    """The token of an application, and its last failure. Not locked: its users do that."""

    def __init__(self) -> None:
        self._token = ""
        self._until = 0.0
        self._error: AuthError | None = None
        self._silent_until = 0.0

    def look(self, refused: str | None) -> str | None:
        """Return a good token, None where one must be asked for.

        `refused` is one that the server did not take. Raises the last failure for a
        short while after it.
        """
        now = time.monotonic()
        if self._token and self._token != refused and now < self._until:
            return self._token
        if self._error is not None and now < self._silent_until:
            raise copy.copy(self._error)
        return None

    def keep(self, answer: Any) -> str:
        """Keep the token of an answer; raises `ServerFault` where there is none."""
        found = answer if isinstance(answer, dict) else {}
        token, seconds = found.get("access_token"), found.get("expires_in")
        if not isinstance(seconds, (int, float)) or not seconds > 0:
            raise ServerFault("Expected expires_in in seconds.", status=502)
        if not isinstance(token, str) or not token:
            raise ServerFault("Expected an access_token.", status=502)
        self._token, self._error = token, None
        self._until = time.monotonic() + seconds - min(EARLY, seconds / 2)
        return token

    def fail(self, error: AuthError) -> None:
        """Remember a failure."""
        final = isinstance(error, Unauthenticated)
        self._error = error
        self._silent_until = time.monotonic() + (
            COOL_DOWN if final else SHORT_COOL_DOWN
        )
