"""Everything that this package sends goes through here.

The HTTP library is httpx2, the maintained fork, or httpx where only that is there. It
is imported at the first request, for a quick start. An exchange has one deadline for
all of it, with the resolver of names, a bounded answer, and never follows a redirect.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ntt_auth._errand import Errand, Late, NoThread

if TYPE_CHECKING:
    import httpx2 as httpx

MOST_BYTES = 1_048_576
USER_AGENT = "ntt-auth-python"
_NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")


@dataclass(frozen=True)
class Request:
    """What is sent. `timeout` (seconds) is for the whole exchange, `limit` in bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout: float = 5.0
    limit: int = MOST_BYTES


@dataclass(frozen=True)
class Response:
    """What came back; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class Unreachable(Exception):
    """There was no answer, or none in time, or too long a one. It names no URL."""


class NeverSent(Unreachable):
    """There was no connection, so that nothing was sent."""


Handler = Callable[[Request], Response]
_handlers: list[Handler] = []


@contextmanager
def override(handler: Handler) -> Iterator[None]:
    """Let `handler` answer everything that is sent, in all threads (for test kits).

    It may raise `Unreachable`.
    """
    _handlers.append(handler)
    try:
        yield
    finally:
        _handlers.remove(handler)


@cache
def library() -> Any:
    """Return the module httpx2, or httpx."""
    try:
        return import_module("httpx2")
    except ImportError:
        return import_module("httpx")


@cache
def _context() -> Any:
    """Return the TLS settings of every channel: they take long to make.

    Never made in a thread that ends with its exchange: OpenSSL tidies up as a thread
    ends, and a child that is forked just then would wait for that for ever.
    """
    return library().create_ssl_context()


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "httpx":
            return library()
        raise AttributeError(name)


def _unreachable(error: Exception) -> Unreachable:
    name = type(error).__name__
    return (NeverSent if name in _NEVER_SENT else Unreachable)(name)


class Channel:
    """A way to send that blocks. With `keep_alive` one request at a time."""

    def __init__(self, *, keep_alive: bool = False) -> None:
        self._keep_alive = keep_alive
        self._client: httpx.Client | None = None
        self._stream: Any = None
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """Return the answer; raises `Unreachable`."""
        if _handlers:
            return _handlers[-1](request)
        try:
            return self._exchange(request)
        except (library().HTTPError, library().InvalidURL) as error:
            raise _unreachable(error) from None
        except (OSError, ValueError, RuntimeError) as error:
            raise Unreachable(type(error).__name__) from None

    def _exchange(self, request: Request) -> Response:
        errand = Errand(self._stream if self._keep_alive else None)
        _context()
        try:
            found: Response
            found = errand.run(lambda: self._done(request, errand), request.timeout)
            return found
        except Late:
            kind = Unreachable if errand.stream is not None else NeverSent
            raise kind("the answer took too long") from None
        except NoThread as error:
            raise NeverSent(str(error)) from None
        finally:
            self._stream = errand.stream

    def _done(
        self,
        request: Request,
        errand: Errand,
    ) -> Response:
        with self._opened().stream(
            request.method,
            request.url,
            headers=_headers(request),
            content=request.body or None,
            timeout=request.timeout,
            extensions={"trace": errand.trace},
        ) as response:
            body = _Body(request, response.headers)
            for chunk in response.iter_raw():
                body.add(chunk)
            return Response(response.status_code, _lower(response), body.whole())

    def _opened(self) -> "httpx.Client":
        with self._lock:
            if self._client is not None:
                return self._client
            kept = library().Limits(max_keepalive_connections=int(self._keep_alive))
            opened: httpx.Client = library().Client(
                follow_redirects=False,
                limits=kept,
                verify=_context(),
            )
            self._client = opened
            return opened

    def close(self) -> None:
        """Close the connection, if there is one. The channel can be used again."""
        with self._lock:
            client, self._client, self._stream = self._client, None, None
        if client is not None:
            client.close()


class AsyncChannel:
    """A way to send that never blocks; belongs to one event loop."""

    def __init__(self, *, keep_alive: bool = True) -> None:
        self._keep_alive = keep_alive
        self._client: httpx.AsyncClient | None = None

    async def send(self, request: Request) -> Response:
        """Return the answer; raises `Unreachable`."""
        if _handlers:
            return _handlers[-1](request)
        import asyncio  # slow to load, and of no use where nothing is async

        try:
            return await asyncio.wait_for(self._exchange(request), request.timeout)
        except asyncio.TimeoutError:
            raise Unreachable("the answer took too long") from None
        except (library().HTTPError, library().InvalidURL) as error:
            raise _unreachable(error) from None
        except (OSError, ValueError, RuntimeError) as error:
            raise Unreachable(type(error).__name__) from None

    async def _exchange(self, request: Request) -> Response:
        async with self._opened().stream(
            request.method,
            request.url,
            headers=_headers(request),
            content=request.body or None,
            timeout=request.timeout,
        ) as response:
            body = _Body(request, response.headers)
            async for chunk in response.aiter_raw():
                body.add(chunk)
            return Response(response.status_code, _lower(response), body.whole())

    def _opened(self) -> "httpx.AsyncClient":
        if self._client is not None:
            return self._client
        kept = library().Limits(max_keepalive_connections=10 * self._keep_alive)
        opened: httpx.AsyncClient
        opened = library().AsyncClient(
            follow_redirects=False,
            limits=kept,
            verify=_context(),
        )
        self._client = opened
        return opened

    async def aclose(self) -> None:
        """Close the connections, if there are any. The channel can be used again."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


class _Body:
    """Collects an answer up to its bound."""

    def __init__(
        self,
        request: Request,
        headers: Mapping[str, str],
    ) -> None:
        self._limit = request.limit
        self._parts = bytearray()
        # We asked for none: a small answer that unpacks to a large one is a trap.
        if headers.get("content-encoding", "identity") != "identity":
            raise Unreachable("the answer is compressed")
        said = headers.get("content-length", "")
        if said.isdigit() and int(said) > self._limit:
            raise Unreachable(f"the answer is longer than {self._limit} bytes")

    def add(self, chunk: bytes) -> None:
        self._parts += chunk
        if len(self._parts) > self._limit:
            raise Unreachable(f"the answer is longer than {self._limit} bytes")

    def whole(self) -> bytes:
        return bytes(self._parts)


def _headers(request: Request) -> dict[str, str]:
    own = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": USER_AGENT,
    }
    return own | dict(request.headers)


def _lower(response: "httpx.Response") -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
