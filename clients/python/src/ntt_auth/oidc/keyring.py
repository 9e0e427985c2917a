"""The issuer's keys as a client has seen them: fetched by one at a time, for all who wait."""

import threading
import time
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ntt_auth._http import Request, Unreachable
from ntt_auth.errors import KeysUnavailable
from ntt_auth.jose import encoding
from ntt_auth.jose.keys import Key, read_set

FRESH_SECONDS = 600
BELIEVED_SECONDS = 3600  # a withdrawn key serves no longer than this
PAUSE_SECONDS = 30  # between two fetches, whatever statements name
COLD_PAUSE_SECONDS = 1.0  # between two fetches while there are no keys


class Flight:
    """A fetch under way. Yielded by a flow, it is to be waited for, `seconds` at most."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.gives_up = time.monotonic() + seconds + 1
        self.landed: Future[None] = Future()
        self.landed.set_running_or_notify_cancel()  # who waits cannot cancel it

    @property
    def is_over(self) -> bool:
        """Tell whether it ended, or nobody can be at it any more (as after a fork)."""
        return self.landed.done() or time.monotonic() > self.gives_up


@dataclass
class Keyring:
    """The keys, when they were read and last asked for (monotonic), and who is asking."""

    keys: dict[str, Key] = field(default_factory=dict)
    read: float = float("-inf")
    asked: float = float("-inf")
    flight: Flight | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)

    def find(
        self,
        kid: str,
        url: str,
        timeout: float,
    ) -> Generator[Request | Flight, Any, Key | None]:
        """Return a key. An unknown one is asked for twice a minute at most.

        The last good keys serve for an hour while there are no newer ones. Raises
        `KeysUnavailable` where there are none, or where the last question for an unknown
        one had no answer.
        """
        ends = time.monotonic() + timeout
        while True:
            flight, is_mine = self._need(kid, timeout)
            if flight is None:
                return self._found(kid)
            if is_mine:
                yield from self._fetch(flight, url, timeout)
                return self._found(kid)
            if time.monotonic() >= ends:
                raise KeysUnavailable("The keys took too long.")
            yield flight

    def _need(
        self,
        kid: str,
        timeout: float,
    ) -> tuple[Flight | None, bool]:
        """Return the fetch that has to be made or waited for, and whether it is ours."""
        with self.guard:
            now = time.monotonic()
            known = self._usable(now)
            if kid in known and now - self.read <= FRESH_SECONDS:
                return None, False
            if self.flight is not None and not self.flight.is_over:
                return (None if kid in known else self.flight), False
            pause = PAUSE_SECONDS if known else COLD_PAUSE_SECONDS
            if now - self.asked <= pause:
                return None, False
            self.asked = now
            self.flight = Flight(timeout)
            return self.flight, True

    def _fetch(
        self,
        flight: Flight,
        url: str,
        timeout: float,
    ) -> Generator[Request | Flight, Any, None]:
        began = self.asked
        answered = False
        try:
            answer = yield Request("GET", url, timeout=timeout)
            answered = True
            if answer.status == 200:
                self.keys = read_set(encoding.read_object(answer.body))
                self.read = began
        except (Unreachable, ValueError):
            answered = True  # the last good ones serve
        finally:
            now = time.monotonic()
            if not self._usable(now):
                # a question that was given up is anybody's; a failed one rests from now
                self.asked = now if answered else float("-inf")
            flight.landed.set_result(None)

    def _found(self, kid: str) -> Key | None:
        known = self._usable(time.monotonic())
        key = known.get(kid)
        if key is None and (not known or self.read != self.asked):
            raise KeysUnavailable(
                "Expected a JWKS from the issuer.", retry_after=COLD_PAUSE_SECONDS
            )
        return key

    def _usable(self, now: float) -> dict[str, Key]:
        return self.keys if now - self.read <= BELIEVED_SECONDS else {}
