"""The issuer's keys: when they are read again, and how long they last without the server.

Read every 10 minutes; at an unknown `kid` at most once per 30 seconds; the last good
ones stay for 24 hours while the server is down.
"""

from collections.abc import Mapping
from math import inf
from typing import Any

from ntt_auth._http import Request, Unreachable
from ntt_auth.errors import ConfigurationError
from ntt_auth.jose.encoding import read_object
from ntt_auth.jose.keys import Key, read_set
from ntt_auth.settings import is_plain_url
from ntt_auth.verification import rehearsal
from ntt_auth.verification.steps import MOMENT, Clock, Garbage, Turn, answered

FRESH_SECONDS = 600
LAST_SECONDS = 86_400
PAUSE_SECONDS = 30  # between two fetches, whatever tokens name
COLD_PAUSE_SECONDS = 1.0  # between two fetches while there are no keys
DISCOVERY_SECONDS = 3600
DISCOVERY_PATH = "/.well-known/openid-configuration"


class Keys:
    """The keys of one issuer. `revision` grows whenever they change."""

    def __init__(
        self,
        issuer: str,
        *,
        algorithms: tuple[str, ...],
        clock: Clock,
        timeout: float,
        static: Mapping[str, Any] | None = None,
    ) -> None:
        self.issuer = issuer
        self.error = ""
        self.revision = 0
        self._static = static
        self._algorithms = algorithms
        self._clock = clock
        self._timeout = timeout
        self._keys: dict[str, Key] = {}
        self._running = False
        self._uri, self._uri_at = "", -inf
        self._read_at = self._tried_at = -inf
        if static is not None:
            self._configure(static)

    @property
    def static(self) -> bool:
        """Tell whether the keys were given, and none are ever read."""
        return self._static is not None and not rehearsal.is_on()

    def _configure(self, document: Mapping[str, Any]) -> None:
        try:
            self._keys = read_set(document, self._algorithms)
        except (ValueError, AttributeError) as error:
            raise ConfigurationError(f"jwks: {error}.") from None
        if not self._keys:
            raise ConfigurationError(
                "jwks has no usable key.",
                action=f"Give public keys with kid for {', '.join(self._algorithms)}.",
            )

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def age(self) -> float:
        """Seconds since the keys were read; infinite without any, 0 for static ones."""
        return 0.0 if self.static else self._clock.steady() - self._read_at

    @property
    def usable(self) -> bool:
        """Tell whether there are keys that may still be used."""
        return self.age <= LAST_SECONDS

    def get(self, kid: str) -> Key | None:
        """Return the key of this name, if it may be used."""
        return self._keys.get(kid) if self.usable else None

    @property
    def due_in(self) -> float:
        """Seconds until they should be read again, of themselves."""
        if self.static:
            return inf
        return max(FRESH_SECONDS - self.age, self._rest(), 0.0)

    @property
    def may_ask(self) -> bool:
        """Tell whether a fetch is on its way, or the last one is long enough ago."""
        return not self.static and (self._running or self._rest() <= 0)

    def _rest(self) -> float:
        pause = PAUSE_SECONDS if self.usable else COLD_PAUSE_SECONDS
        return self._tried_at + pause - self._clock.steady()

    def forget(self) -> None:
        """Be as at the beginning."""
        self.hurry()
        self._keys, self._read_at, self._uri_at = {}, -inf, -inf
        if self._static is not None and self.static:
            self._configure(self._static)
        self.revision += 1

    def released(self) -> None:
        """Whoever read them is gone (after a fork): another may begin."""
        self._running = False

    def hurry(self) -> None:
        """Let the next unknown `kid` ask at once."""
        self._tried_at = -inf

    def turn(self) -> Turn:
        """Read the keys, unless that was done a moment ago. Never raises."""
        waited = self._clock.steady() + self._timeout
        while self._running and self._clock.steady() < waited:
            yield MOMENT  # another event loop reads them
        if self.static or self._rest() > 0:
            return
        self._running = True
        try:
            yield from self._turn()
        finally:
            self._running = False

    def _turn(self) -> Turn:
        began = self._tried_at = self._clock.steady()
        deadline = began + self._timeout
        try:
            if began - self._uri_at > DISCOVERY_SECONDS:
                yield from self._discover(deadline)
            found = yield from self._fetch(self._uri, deadline)
            keys = read_set(found, self._algorithms)
            if not keys:
                raise Garbage("no usable key in the JWKS")
        except (Unreachable, Garbage, ValueError) as error:
            self.error = f"keys: {error}"
            self._uri_at = -inf
            self._tried_at = self._clock.steady()
            return
        self._keys, self._read_at, self.error = keys, began, ""
        self.revision += 1

    def _discover(self, deadline: float) -> Any:
        found = yield from self._fetch(
            self.issuer.rstrip("/") + DISCOVERY_PATH, deadline
        )
        if found.get("issuer") != self.issuer:
            raise Garbage("the discovery document is another issuer's")
        uri = found.get("jwks_uri")
        if not isinstance(uri, str) or not is_plain_url(uri):
            raise Garbage("no jwks_uri in the discovery document")
        if self.issuer.startswith("https:") and not uri.startswith("https:"):
            raise Garbage("jwks_uri goes down to http")
        self._uri, self._uri_at = uri, self._clock.steady()

    def _fetch(
        self,
        url: str,
        deadline: float,
    ) -> Any:
        left = deadline - self._clock.steady()
        if left <= 0:
            raise Garbage("no time was left")
        response = answered((yield Request("GET", url, timeout=left)))
        if response.status != 200:
            raise Garbage(f"expected 200, got {response.status}")
        return read_object(response.body)
