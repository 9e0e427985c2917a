"""A blocking exchange that ends at its deadline, whatever the library waits for."""

import socket
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Late(Exception):
    """The deadline came first."""


class Errand:
    """A blocking exchange in a thread of its own, left behind at its deadline.

    The library's own timeouts begin anew with every byte, and the resolver of names has
    none. The socket is shut then, and one that is connected later as well, so that
    nothing is sent that was given up.
    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._late = False
        self._ended = threading.Event()
        self._response: Any = None
        self._error: Exception | None = None

    def run(
        self,
        exchange: Callable[[], Any],
        seconds: float,
    ) -> Any:
        """Return the answer; raises what the exchange does, and `Late`."""
        self._begin(exchange)
        try:
            self._ended.wait(seconds)
        finally:
            self._late = not self._ended.is_set()
            if self._late:
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

    def _begin(self, exchange: Callable[[], Any]) -> None:
        thread = threading.Thread(
            target=copy_context().run,
            args=(self._work, exchange),
            name="ntt-auth-exchange",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:  # no threads here, or no longer
            self._work(exchange)

    def _work(self, exchange: Callable[[], Any]) -> None:
        try:
            self._response = exchange()
        except Exception as error:  # it is raised to whoever waits
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
