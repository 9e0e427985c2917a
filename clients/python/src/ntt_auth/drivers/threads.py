"""`Verifier`: blocks; one daemon thread follows the revocations."""

import threading
import weakref
from types import TracebackType
from typing import Any, cast

from ntt_auth._http import Channel, Request, Response, Unreachable
from ntt_auth.drivers.base import REST, Base, nap, resume
from ntt_auth.principals import Principal
from ntt_auth.verification import rehearsal
from ntt_auth.verification.steps import Need, Turn


class Verifier(Base):
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

    __init__.__doc__ = Base.__init__.__doc__

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
        found = self._core.at_once(token)
        if found is not None:
            return found
        steps = self._core.steps(token)
        answer: Response | Unreachable | None = None
        try:
            while True:
                step = resume(steps, answer)
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
        _closed(tuple(self._channels.values()))

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
                step = resume(turn, answer)
                answer = None
                if isinstance(step, Request):
                    answer = _tried(channel, step)
        except StopIteration:
            return

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None or rehearsal.is_on():
                return
            self._wake = threading.Event()
            weakref.finalize(self, self._wake.set)
            unused = weakref.finalize(self, _closed, tuple(self._channels.values()))
            unused.atexit = False  # the end of the process closes them as well
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
        if rehearsal.is_on():
            return REST
        if core.keys.usable and core.keys.due_in <= 0:
            self._fly(Need.KEYS)
        if core.follows and core.feed.due_in <= 0:
            self._fly(Need.FEED)
        return nap(core)


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


def _closed(channels: tuple[Channel, ...]) -> None:
    for channel in channels:
        channel.close()


def _tried(
    channel: Channel,
    request: Request,
) -> Response | Unreachable:
    try:
        return channel.send(request)
    except Unreachable as error:
        return error
