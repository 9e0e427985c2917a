"""Calls to URLs that clients register: the one door by which we ask them anything.

https only (http in development, for this machine), no user, no redirect, no proxy, no
cookie, only the ports 80, 443 and above 1023. The name is looked up once, every address
checked (`config.networks`), and the connection made to what was checked. Time and size
are bounded. Every failure is the same `OutboundRefused`, so that nobody maps our network.
"""

import io
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from typing_extensions import override

from config.errors import Unavailable
from config.networks import is_own_machine, may_be_asked
from config.slots import Slots

MOST_BYTES = 256 * 1024
_LONGEST_URL = 2048
_MOST_ADDRESSES = 4
_ENVELOPE = 64 * 1024  # of headers, and of what chunks cost
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOWEST_PORT = 1024
_URL = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")

logger = logging.getLogger(__name__)


class OutboundRefused(Unavailable):
    """A URL could not be asked. `reason` is for operators alone: callers are told nothing."""

    reason = ""


class _Fault(Exception):
    """Why a call failed; for the log at debug."""


@dataclass(frozen=True)
class Bounds:
    """How long a call may take, in seconds all in all, and how much it may answer.

    Few calls run at once, and of those few are for one `owner`, the tenant that registered
    the URL: slow servers of one hold up nobody else. With `waits` one more waits for its
    turn within its time (the worker), without it is refused at once (whoever holds a
    thread of the web server).
    """

    seconds: float = 5.0
    most_bytes: int = MOST_BYTES
    waits: bool = False
    owner: str = ""


@dataclass(frozen=True)
class Reply:
    """What came back: a status that is no redirect, the body, lower-case header names."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def _slots() -> Slots:
    return Slots(max(1, settings.WEB_THREADS // 4))


_calls = _slots()
_lookups = _slots()  # a lookup cannot be broken off: it holds its slot to its own end


def fetch(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
) -> Reply:
    """Ask a URL that a client registered; never inside a transaction.

    Raises `OutboundRefused` for whatever goes wrong, a redirect included; any other
    status is the caller's to judge, and not to pass on.
    """
    limits = bounds or Bounds()
    deadline = time.monotonic() + limits.seconds
    try:
        wait = limits.seconds if limits.waits else 0
        if not _calls.take(limits.owner, seconds=wait):
            raise _Fault("too many calls at once")
        try:
            call = _Call(_parsed(url), deadline, limits)
            return call.make(method, body, dict(headers or {}))
        finally:
            _calls.leave(limits.owner)
    except (_Fault, OSError, HTTPException, ValueError) as fault:
        shown = url.partition("?")[0][:200]
        reason = str(fault) if isinstance(fault, _Fault) else type(fault).__name__
        logger.debug("outbound call failed", extra={"url": shown, "reason": reason})
    refusal = OutboundRefused()
    refusal.reason = reason
    raise refusal


def _parsed(url: str) -> SplitResult:
    """Return a URL in its parts; refuses what we do not ask."""
    if len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        raise _Fault("not a URL")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if "@" in parts.netloc or parts.fragment or "\\" in url:
        raise _Fault("a user, a fragment or a backslash")
    if not (_NAME.fullmatch(host) or (":" in host and "%" not in host)):
        raise _Fault("no host name")
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_own_machine(host)
    ):
        raise _Fault("not https")
    port = parts.port
    usual = port is None or port in _DEFAULT_PORTS.values()
    if not usual and (port or 0) < _LOWEST_PORT:
        raise _Fault("a port of another service")
    return parts


class _Call:
    """One request and its answer, before a deadline."""

    def __init__(
        self,
        parts: SplitResult,
        deadline: float,
        bounds: Bounds,
    ) -> None:
        self.parts = parts
        self.host = parts.hostname or ""
        self.port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self.deadline = deadline
        self.most_bytes, self.owner = bounds.most_bytes, bounds.owner

    def left(self) -> float:
        """Return the seconds left; raises when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise _Fault("too slow")
        return left

    def make(
        self,
        method: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> Reply:
        """Connect, ask and read."""
        sock = self._connected()
        try:
            connection = HTTPConnection(self.host, self.port)
            wire: Any = _Wire(sock, self)
            connection.sock = wire  # it is connected: no second lookup
            target = self.parts.path or "/"
            if self.parts.query:
                target += f"?{self.parts.query}"
            connection.request(method, target, body, self._headers() | headers)
            with connection.getresponse() as response:
                return self._read(response)
        finally:
            sock.close()

    def _headers(self) -> dict[str, str]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _DEFAULT_PORTS[self.parts.scheme]
        return {
            "Host": host if usual else f"{host}:{self.port}",
            "User-Agent": "ntt-authentication-server",
            "Connection": "close",
        }

    def _read(self, response: HTTPResponse) -> Reply:
        if not 200 <= response.status <= 599 or 300 <= response.status <= 399:
            raise _Fault(f"status {response.status}")
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise _Fault("an encoding that was not asked for")
        body = response.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise _Fault("too large")
        if response.length:
            raise _Fault("cut off")
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, body, headers)

    def _connected(self) -> socket.socket:
        """Return a socket to the first checked address that answers."""
        found = _looked_up(self)[:_MOST_ADDRESSES]
        for number, (family, address) in enumerate(found):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.left() / (len(found) - number))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._secured(sock)
            except OSError:
                sock.close()
                if number == len(found) - 1:
                    raise
            except BaseException:
                sock.close()
                raise
        raise _Fault("no address")

    def _secured(self, sock: socket.socket) -> socket.socket:
        if self.parts.scheme == "http":
            return sock
        sock.settimeout(self.left())  # of the whole handshake
        return _trust().wrap_socket(sock, server_hostname=self.host)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return the machine's own certificate authorities, and the check of names."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Wire:
    """A socket as `http.client` uses one."""

    def __init__(
        self,
        sock: socket.socket,
        call: _Call,
    ) -> None:
        self._sock = sock
        self._call = call

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return the reader of an answer."""
        return io.BufferedReader(_Drops(self._sock, self._call))

    def sendall(self, data: bytes) -> None:
        """Send a part of the request."""
        self._sock.settimeout(self._call.left())
        self._sock.sendall(data)

    def close(self) -> None:
        """Nothing: whoever opened the socket closes it."""


class _Drops(io.RawIOBase):
    """What a socket gives until the deadline, and no more than an answer may be.

    A timeout of the socket alone begins anew with every byte that drips in.
    """

    def __init__(
        self,
        sock: socket.socket,
        call: _Call,
    ) -> None:
        super().__init__()
        self._sock = sock
        self._call = call
        self._most = 2 * call.most_bytes + _ENVELOPE

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._call.left())
        got = self._sock.recv_into(buffer)
        self._most -= got
        if self._most < 0:
            raise _Fault("too large")
        return got


def _looked_up(call: _Call) -> list[tuple[int, Any]]:
    """Look the name up, once; refuses it unless every address may be asked."""
    found = _resolved(call)
    for _, sockaddr in found:
        if not may_be_asked(call.host, ip_address(sockaddr[0])):
            raise _Fault("an address that is not public")
    return found


def _resolved(call: _Call) -> list[tuple[int, Any]]:
    """Return families and socket addresses, before the deadline."""
    places = _lookups
    if not places.take(call.owner):
        raise _Fault("too many lookups at once")
    found: list[tuple[int, Any]] = []

    def look() -> None:
        try:
            rows = socket.getaddrinfo(call.host, call.port, type=socket.SOCK_STREAM)
            found.extend((row[0], row[4]) for row in rows)
        except (OSError, UnicodeError):
            pass
        finally:
            places.leave(call.owner)

    thread = threading.Thread(target=look, name="outbound-lookup", daemon=True)
    thread.start()
    thread.join(call.left())
    if not found:
        raise _Fault("no such name")
    return list(found)
