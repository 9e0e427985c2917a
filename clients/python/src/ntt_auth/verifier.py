"""`Verifier` and `AsyncVerifier`: they send what the rules ask for, and nothing else.

The rules stand in `ntt_auth.verification`. A verifier is made once for a process and
shared by all its threads or tasks.
"""

import asyncio
import os
import threading
import weakref
from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import Any, cast

from ntt_auth._http import AsyncChannel, Channel, Request, Response, Unreachable
from ntt_auth.errors import KeysUnavailable, RevocationsUnavailable
from ntt_auth.jose.keys import ALGORITHMS
from ntt_auth.principals import Principal
from ntt_auth.verification.core import Core, Status
from ntt_auth.verification.options import MOST_REVOCATIONS, checked
from ntt_auth.verification.steps import Clock, Need, Turn

__all__ = ["AsyncVerifier", "Status", "Verifier", "VERIFIERS"]

VERIFIERS: "weakref.WeakSet[_Base]" = weakref.WeakSet()
_LONGEST_SLEEP = 60.0


class _Base:
    """What both share: the options and what is known."""

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        *,
        algorithms: Sequence[str] = ALGORITHMS,
        revocation: str | None = None,
        max_feed_age: float = 10.0,
        introspect: bool = False,
        jwks: Mapping[str, Any] | None = None,
        http_timeout: float = 5.0,
        max_revocations: int = MOST_REVOCATIONS,
        clock: Clock | None = None,
    ) -> None:
        """Take the issuer's URL and the audience that tokens must be for.

        Args:
            issuer: as in the discovery document; None reads `NTT_AUTH_ISSUER`.
            audience: of this API; None reads `NTT_AUTH_AUDIENCE`.
            algorithms: those that are accepted.
            revocation: "off", "eventual" (the default) or "strict"; None reads
                `NTT_AUTH_REVOCATION`.
            max_feed_age: seconds; with "strict" older revocations refuse.
            introspect: with "strict", ask the server instead of refusing.
            jwks: static keys; then none are fetched.
            http_timeout: seconds for one exchange.
            max_revocations: with more than so many every token is refused.
            clock: for tests.

        Raises `ConfigurationError`, which names the variable.
        """
        self._core = Core(
            checked(
                issuer,
                audience,
                algorithms=algorithms,
                revocation=revocation,
                max_feed_age=max_feed_age,
                introspect=introspect,
                jwks=jwks,
                http_timeout=http_timeout,
                max_revocations=max_revocations,
                clock=clock or Clock(),
            )
        )
        self.issuer = self._core.options.issuer
        self.audience = self._core.options.audience
        VERIFIERS.add(self)

    def status(self) -> Status:
        """Return how old the keys and the revocations are, and what went wrong last."""
        return self._core.status

    def _check_warm(self) -> None:
        core = self._core
        if not core.keys.usable:
            raise KeysUnavailable(core.keys.error, retry_after=1)
        if core.strict and core.feed.age > core.options.max_feed_age:
            raise RevocationsUnavailable(core.feed.error, retry_after=1)

    def _after_fork(self) -> None:
        self._core.released()


class Verifier(_Base):
    """Verifies access tokens offline, and follows the revocations in a daemon thread.

    Thread-safe. The thread begins with the first token, once more after a fork, and
    ends with `close`.
    """

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(issuer, audience, **options)
        self._fresh()

    __init__.__doc__ = _Base.__init__.__doc__

    def _fresh(self) -> None:
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._flights = {need: threading.Lock() for need in Need}
        self._channels = {
            Need.KEYS: Channel(),
            Need.FEED: Channel(keep_alive=True),
            None: Channel(),
        }

    def verify(self, token: str) -> Principal:
        """Return whom a genuine access token speaks for.

        Raises `TokenInvalid`, `TokenExpired`, `TokenRevoked`; `KeysUnavailable` or
        `RevocationsUnavailable` where nobody can tell at the moment.
        """
        if self._thread is None:
            self._start()
        found = self._core.known(token)
        if found is not None:
            return found
        steps = self._core.steps(token)
        answer: Response | Unreachable | None = None
        try:
            while True:
                step = _resume(steps, answer)
                answer = None
                if isinstance(step, Need):
                    self._fly(step)
                else:
                    answer = _tried(self._channels[None], step)
        except StopIteration as end:
            return cast(Principal, end.value)

    def warm(self) -> None:
        """Read keys and revocations now; raises `Unavailable` where that fails."""
        self._start()
        if not self._core.keys.usable:
            self._fly(Need.KEYS)
        if self._core.follows and not self._core.feed.tried:
            self._fly(Need.FEED)
        self._check_warm()

    def close(self) -> None:
        """End the thread and the connections. A later `verify` begins anew."""
        with self._starting:
            thread, self._thread = self._thread, None
            self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(self._core.options.http_timeout + 1)
        for channel in self._channels.values():
            channel.close()

    def __enter__(self) -> "Verifier":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _after_fork(self) -> None:
        super()._after_fork()
        self._fresh()

    def _fly(self, need: Need) -> None:
        """Do what is needed, one caller at a time; who waited finds it done."""
        flight = self._flights[need]
        if not flight.acquire(timeout=self._core.options.http_timeout):
            return
        try:
            self._run(self._core.turn(need), self._channels[need])
        finally:
            flight.release()

    def _run(
        self,
        turn: Turn,
        channel: Channel,
    ) -> None:
        answer: Response | Unreachable | None = None
        try:
            while True:
                step = _resume(turn, answer)
                answer = None
                if isinstance(step, Request):
                    answer = _tried(channel, step)
        except StopIteration:
            return

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            self._wake = threading.Event()
            weakref.finalize(self, self._wake.set)
            self._thread = threading.Thread(
                target=_follow,
                args=(weakref.ref(self), self._wake),
                name="ntt-auth-follower",
                daemon=True,
            )
            try:
                self._thread.start()
            except RuntimeError:  # no threads here, or no longer: `verify` reads itself
                pass

    def _background(self) -> float:
        """Do what is due; return the seconds until the next time."""
        core = self._core
        if core.keys.usable and core.keys.due_in <= 0:
            self._fly(Need.KEYS)
        if core.follows and core.feed.due_in <= 0:
            self._fly(Need.FEED)
        return _nap(core)


def _follow(
    verifier: "weakref.ref[Verifier]",
    ended: threading.Event,
) -> None:
    """Keep a verifier in step until it is closed or nobody has it any more."""
    while not ended.is_set():
        found = verifier()
        if found is None:
            return
        pause = found._background()
        del found
        ended.wait(pause)


class AsyncVerifier(_Base):
    """Verifies access tokens offline, and follows the revocations in a task.

    For asyncio; never blocks its loop. The task begins with the first token and ends
    with `close`. May be used from several loops, one after the other or in threads: the
    loop that used it last after the follower's ended follows.
    """

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(issuer, audience, **options)
        self._fresh()

    __init__.__doc__ = _Base.__init__.__doc__

    def _fresh(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._places: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Place] = (
            weakref.WeakKeyDictionary()
        )

    async def verify(self, token: str) -> Principal:
        """Return whom a genuine access token speaks for.

        Raises `TokenInvalid`, `TokenExpired`, `TokenRevoked`; `KeysUnavailable` or
        `RevocationsUnavailable` where nobody can tell at the moment.
        """
        self._start()
        found = self._core.known(token)
        if found is not None:
            return found
        steps, place = self._core.steps(token), self._place()
        answer: Response | Unreachable | None = None
        try:
            while True:
                step = _resume(steps, answer)
                answer = None
                if isinstance(step, Need):
                    await self._fly(step)
                else:
                    answer = await _atried(place.channel, step)
        except StopIteration as end:
            return cast(Principal, end.value)

    async def warm(self) -> None:
        """Read keys and revocations now; raises `Unavailable` where that fails."""
        self._start()
        if not self._core.keys.usable:
            await self._fly(Need.KEYS)
        if self._core.follows and not self._core.feed.tried:
            await self._fly(Need.FEED)
        self._check_warm()

    async def close(self) -> None:
        """End the tasks and connections of this loop. A later `verify` begins anew."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            task, self._task, self._loop = self._task, None, None
            await _ended(task)
        place = self._places.pop(loop, None)
        if place is not None:
            for flight in list(place.flights.values()):
                await _ended(flight)
            await place.channel.aclose()

    async def __aenter__(self) -> "AsyncVerifier":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _after_fork(self) -> None:
        super()._after_fork()
        self._fresh()

    def _place(self) -> "_Place":
        loop = asyncio.get_running_loop()
        place = self._places.get(loop)
        if place is None:
            place = self._places[loop] = _Place()
        return place

    async def _fly(self, need: Need) -> None:
        """Do what is needed, once for all who wait; none of them can cancel it."""
        place = self._place()
        flight = place.flights.get(need)
        if flight is None or flight.done():
            flight = asyncio.ensure_future(_arun(self._core.turn(need), place.channel))
            place.flights[need] = flight
        await asyncio.wait((flight,), timeout=self._core.options.http_timeout)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not None and not self._loop.is_closed():
            return
        if self._loop is not None:
            self._core.feed.released()
        self._loop = loop
        self._task = loop.create_task(_afollow(weakref.ref(self)))

    async def _background(self) -> float:
        core = self._core
        if core.keys.usable and core.keys.due_in <= 0:
            await self._fly(Need.KEYS)
        if core.follows and core.feed.due_in <= 0:
            await self._fly(Need.FEED)
        return _nap(core)


class _Place:
    """What belongs to one event loop."""

    def __init__(self) -> None:
        self.channel = AsyncChannel()
        self.flights: dict[Need, asyncio.Future[None]] = {}


async def _afollow(verifier: "weakref.ref[AsyncVerifier]") -> None:
    while True:
        found = verifier()
        if found is None:
            return
        pause = await found._background()
        del found
        await asyncio.sleep(pause)


async def _arun(
    turn: Turn,
    channel: AsyncChannel,
) -> None:
    answer: Response | Unreachable | None = None
    try:
        while True:
            step = _resume(turn, answer)
            answer = None
            if isinstance(step, Request):
                answer = await _atried(channel, step)
            else:
                await asyncio.sleep(0)
    except StopIteration:
        return
    finally:
        turn.close()


async def _ended(task: "asyncio.Future[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait((task,))


def _resume(
    steps: Generator[Any, Any, Any],
    answer: Response | Unreachable | None,
) -> Any:
    if isinstance(answer, Unreachable):
        return steps.throw(answer)
    return steps.send(answer)


def _tried(
    channel: Channel,
    request: Request,
) -> Response | Unreachable:
    try:
        return channel.send(request)
    except Unreachable as error:
        return error


async def _atried(
    channel: AsyncChannel,
    request: Request,
) -> Response | Unreachable:
    try:
        return await channel.send(request)
    except Unreachable as error:
        return error


def _nap(core: Core) -> float:
    """Return how long the background may sleep; never so short that it spins."""
    return min(max(core.due_in, 0.05), _LONGEST_SLEEP)


def _after_fork() -> None:
    for verifier in list(VERIFIERS):
        verifier._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
