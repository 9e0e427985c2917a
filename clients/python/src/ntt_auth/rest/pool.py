"""Connections for the blocking client, which many threads share."""

import os
import threading

from ntt_auth._http import Channel, Request, Response

_MOST_IDLE = 10


class Pool:
    """Sends one request on each connection at a time, and keeps the idle ones."""

    def __init__(self) -> None:
        self._idle: list[Channel] = []
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def send(self, request: Request) -> Response:
        """Return the answer; raises `Unreachable`."""
        channel = self._take()
        try:
            return channel.send(request)
        finally:
            self._give_back(channel)

    def _take(self) -> Channel:
        if self._pid != os.getpid():  # after a fork: those are the parent's
            self._idle, self._lock, self._pid = [], threading.Lock(), os.getpid()
        with self._lock:
            return self._idle.pop() if self._idle else Channel(keep_alive=True)

    def _give_back(self, channel: Channel) -> None:
        with self._lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append(channel)
                return
        channel.close()

    def close(self) -> None:
        """Close the idle connections. The pool can be used again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for channel in idle:
            channel.close()
