"""A blocking exchange that ends at its deadline, whatever the library waits for."""

import socket
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any

MOST_LEFT = 32
_left: set[threading.Thread] = set()  # behind, and maybe still at it
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Late(Exception):
    """The deadline came first."""


class NoThread(Exception):
    """Nothing was begun: too many are left behind."""


class Errand:
    """A blocking exchange in a thread of its own, left behind at its deadline.

    The library's own timeouts begin anew with every byte, and the resolver of names has
    none. The socket is shut then, and one that is connected later as well, so that
    nothing is sent that was given up. While a resolver hangs no more than `MOST_LEFT`
    threads wait for it.
    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._late = False
        self._ended = threading.Event()
        self._response: Any = None
        self._error: BaseException | None = None

    def run(
        self,
        exchange: Callable[[], Any],
        seconds: float,
    ) -> Any:
        """Return the answer; raises what the exchange does, `Late` and `NoThread`."""
        thread = self._begin(exchange)
        try:
            self._ended.wait(seconds)
        finally:
            self._late = not self._ended.is_set()
            if self._late:
                _left.add(thread)
                self._give_up()
        if self._late:
            raise Late
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._response

    def trace(
        self,
        event: str,
        info: Mapping[str, Any],
    ) -> None:
        """Note the connection; the library calls this (extension `trace`)."""
        if event.endswith(_CONNECTED):
            self.stream = info["return_value"]
            if self._late:
                self._give_up()

    def _begin(self, exchange: Callable[[], Any]) -> threading.Thread:
        # by their life, and not by a number: a forked child has none of them
        for one in tuple(_left):
            if not one.is_alive():
                _left.discard(one)
        if len(_left) >= MOST_LEFT:
            raise NoThread("too many exchanges hang")
        thread = threading.Thread(
            target=copy_context().run,
            args=(self._work, exchange),
            name="ntt-auth-exchange",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:
            # Where there are no threads (any more, at the interpreter's end), the
            # library's own timeouts have to do: else no token could be verified.
            self._work(exchange)
        return thread

    def _work(self, exchange: Callable[[], Any]) -> None:
        try:
            self._response = exchange()
        except BaseException as error:  # noqa: B036  # raised to whoever waits
            self._error = error
        finally:
            self._ended.set()

    def _give_up(self) -> None:
        found = self.stream and self.stream.get_extra_info("socket")
        if found is not None:
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already
