"""`AsyncVerifier`: never blocks; one task follows the revocations."""

import asyncio
import threading
import weakref
from types import TracebackType
from typing import Any, cast

from ntt_auth._http import AsyncChannel, Request, Response, Unreachable
from ntt_auth.drivers.base import REST, Base, nap, resume
from ntt_auth.principals import Principal
from ntt_auth.verification import rehearsal
from ntt_auth.verification.steps import MOMENT, MOMENT_SECONDS, Need, Turn


class AsyncVerifier(Base):
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

    __init__.__doc__ = Base.__init__.__doc__

    def _fresh(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._places: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Place] = (
            weakref.WeakKeyDictionary()
        )

    async def verify(self, token: str) -> Principal:
        """Return whom a genuine access token speaks for.

        Raises `TokenInvalid`, `TokenExpired`, `TokenRevoked`; `KeysUnavailable` or
        `RevocationsUnavailable` where nobody can tell at the moment.
        """
        self._start()
        found = self._core.at_once(token)
        if found is not None:
            return found
        steps, place = self._core.steps(token), self._place()
        answer: Response | Unreachable | None = None
        try:
            while True:
                step = resume(steps, answer)
                answer = None
                if isinstance(step, Need):
                    await self._fly(step)
                else:
                    answer = await _tried(place.channel, step)
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
            flight = asyncio.ensure_future(_run(self._core.turn(need), place.channel))
            place.flights[need] = flight
        await asyncio.wait((flight,), timeout=self._core.options.http_timeout)

    def _start(self) -> None:
        if rehearsal.is_on():
            return
        if self._loop is not None and not self._loop.is_closed():
            return
        loop = asyncio.get_running_loop()
        with self._starting:
            if self._loop is not None and not self._loop.is_closed():
                return  # another loop was quicker
            if self._loop is not None:
                self._core.feed.released()
            self._loop = loop
        self._task = loop.create_task(_follow(weakref.ref(self), self._place().channel))

    async def _background(self) -> float:
        core = self._core
        if rehearsal.is_on():
            return REST
        if core.keys.usable and core.keys.due_in <= 0:
            await self._fly(Need.KEYS)
        if core.follows and core.feed.due_in <= 0:
            await self._fly(Need.FEED)
        return nap(core)


class _Place:
    """What belongs to one event loop."""

    def __init__(self) -> None:
        self.channel = AsyncChannel()
        self.flights: dict[Need, asyncio.Future[None]] = {}


async def _follow(
    verifier: "weakref.ref[AsyncVerifier]",
    channel: AsyncChannel,
) -> None:
    """Keep a verifier in step until it is closed, or its loop or itself ends."""
    try:
        while True:
            found = verifier()
            if found is None:
                return
            pause = await found._background()
            del found
            await asyncio.sleep(pause)
    finally:
        await channel.aclose()


async def _run(
    turn: Turn,
    channel: AsyncChannel,
) -> None:
    answer: Response | Unreachable | None = None
    try:
        while True:
            step = resume(turn, answer)
            answer = None
            if isinstance(step, Request):
                answer = await _tried(channel, step)
            else:
                await asyncio.sleep(MOMENT_SECONDS if step is MOMENT else 0)
    except StopIteration:
        return
    finally:
        turn.close()


async def _ended(task: "asyncio.Future[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait((task,))


async def _tried(
    channel: AsyncChannel,
    request: Request,
) -> Response | Unreachable:
    try:
        return await channel.send(request)
    except Unreachable as error:
        return error
