"""Who is calling, as far as the network tells: filled by the request middleware.

Services read it for the audit trail and for limits, so that no HttpRequest travels into
them. Outside a request (commands, the worker) it is `NOWHERE`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    """The caller's address, user agent (first 256 characters) and the request id.

    `languages` is what they read, as an Accept-Language header (see `config.languages`).
    """

    ip: str | None = None
    user_agent: str = ""
    request_id: str = ""
    languages: str = ""


NOWHERE = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NOWHERE)


def current() -> RequestContext:
    """Return the context of the request being served, or `NOWHERE`."""
    return _current.get()


@contextmanager
def entered(context: RequestContext) -> Iterator[RequestContext]:
    """Make `context` the current one inside the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
