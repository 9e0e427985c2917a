"""One request through a WSGI application, and all that it left behind."""

import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import jwt
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import set_script_prefix
from typing_extensions import override

from accounts.audit.models import Event
from config import metrics
from config.door import Door
from tenants import origins
from tokens import feed, keyring, revocations, verification
from tokens.api.door import ENDPOINTS
from tokens.oidc.door import ENDPOINTS as GRANTS
from tokens.oidc.services import machines

COUNTED = (metrics.REQUESTS, metrics.SECONDS, metrics.PROBLEMS, metrics.REFRESHES)
REFRESH = "/api/v1/tokens/refresh"
VERIFY = "/api/v1/tokens/verify"
FEED = "/api/v1/tokens/revocations"
JWKS = "/.well-known/jwks.json"
DISCOVERY = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
TOKEN = "/oauth/token"
INTROSPECT = "/oauth/introspect"
FORM = "application/x-www-form-urlencoded"
DOCUMENTS = (JWKS, DISCOVERY, OAUTH, FEED)
PASSING = ("expires_in", "refresh_expires_in")  # seconds pass between two doors


@dataclass(frozen=True)
class Sent:
    """A request as it stands in a WSGI environ; `environ` replaces or, by None, removes."""

    method: str
    path: str
    body: bytes | None = None
    query: str = ""
    environ: dict[str, Any] = field(default_factory=dict)

    def but(self, **environ: Any) -> "Sent":
        """Return it with these in its environ."""
        return replace(self, environ=self.environ | environ)

    def wsgi(self) -> dict[str, Any]:
        """Return a fresh environ."""
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "HTTP_HOST": "testserver",
            "HTTP_USER_AGENT": "tests/1",
            "HTTP_X_REQUEST_ID": "the-same",
            "wsgi.input": io.BytesIO(self.body or b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.version": (1, 0),
        }
        if self.body is not None:
            made["CONTENT_TYPE"] = "application/json"
            made["CONTENT_LENGTH"] = str(len(self.body))
        made |= self.environ
        return {name: value for name, value in made.items() if value is not None}


def post(
    path: str,
    body: Any,
) -> Sent:
    """Return a POST of JSON; bytes are sent as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Sent("POST", path, raw)


def form(
    path: str,
    authorization: str | None = None,
    /,
    **given: str,
) -> Sent:
    """Return a POST of an HTML form."""
    environ = {"CONTENT_TYPE": FORM, "HTTP_AUTHORIZATION": authorization}
    return Sent("POST", path, urlencode(given).encode(), environ=environ)


def get(
    path: str,
    query: str = "",
    **environ: Any,
) -> Sent:
    """Return a GET."""
    return Sent("GET", path, query=query, environ=environ)


@dataclass
class Told:
    """An answer with what it wrote, counted, logged and asked the database."""

    status: str
    headers: list[tuple[str, str]]
    raw: bytes
    queries: list[str]
    counted: dict[Any, float]
    events: list[tuple[Any, ...]]
    logged: list[tuple[str, int, str]]
    raised: list[bool]

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    @property
    def comparable(self) -> dict[str, Any]:
        """Return all of it but what no two tokens of different moments share."""
        headers = [h for h in self.headers if h[0] != "Content-Length"]
        return vars(self) | {"raw": _body(self.raw), "headers": sorted(headers)}


def _body(raw: bytes) -> Any:
    try:
        body = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(body, dict) or "access_token" not in body:
        return raw
    for name in PASSING:
        body.pop(name, None)
    for name in {"access_token", "refresh_token"} & set(body):
        claims = jwt.decode(body[name], options={"verify_signature": False})
        for moving in ("iat", "exp", "auth_time"):
            claims.pop(moving, None)
        if name == "access_token":
            del claims["jti"]  # made of `iat`, or by chance
        body[name] = (jwt.get_unverified_header(body[name]), claims)
    return body


def _as_a_worker_in_service() -> None:
    """Keep in memory what a worker does that has served, and nothing of another door."""
    _forget()
    keyring.current()
    revocations.snapshot.follow(feed.read())


def _forget() -> None:
    set_script_prefix("/")  # the handler keeps the last request's
    origins.forget()
    keyring.forget()
    verification.forget()
    revocations.snapshot.forget()
    machines.forget()


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _listening() -> Iterator[_Log]:
    handler, root = _Log(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def _kept_open() -> Iterator[None]:
    """Keep the connection that the test's rows are in; its client brings closing back."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def _counts() -> Counter[Any]:
    return Counter(
        {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for counter in COUNTED
            for metric in counter.collect()
            for sample in metric.samples
            if sample.name.endswith(("_total", "_count"))
        }
    )


def _events() -> list[tuple[Any, ...]]:
    names = [f.attname for f in Event._meta.concrete_fields]
    kept = [name for name in names if name not in ("id", "created_at")]
    return list(Event.objects.order_by("id").values_list(*kept))


def ask(
    application: Callable[..., Any],
    sent: Sent,
    *,
    around: Callable[[], Any] | None = None,
) -> Told:
    """Pass a request through, note everything, and take what it wrote back."""
    _as_a_worker_in_service()
    told: list[Any] = []
    with transaction.atomic(), _listening() as log, _kept_open():
        before, earlier = _counts(), len(_events())
        with CaptureQueriesContext(connection) as queries:
            with around() if around else nullcontext():
                parts = application(sent.wsgi(), lambda *given: told.extend(given[:2]))
                body = b"".join(parts)
                if hasattr(parts, "close"):
                    parts.close()
        written = _events()[earlier:]
        transaction.set_rollback(True)
    _forget()
    counted = _counts()
    counted.subtract(before)
    return Told(
        status=told[0],
        headers=sorted(told[1]),
        raw=body,
        queries=[_shape(q["sql"]) for q in queries.captured_queries],
        counted={name: n for name, n in counted.items() if n},
        events=written,
        logged=[(r.name, r.levelno, r.getMessage()) for r in log.records],
        raised=[bool(r.exc_info) for r in log.records],
    )


def _shape(sql: str) -> str:
    """Return a statement's beginning: values differ by time and savepoint."""
    return " ".join(sql.split()[:4]) if "SAVEPOINT" not in sql else sql.split()[0]


@contextmanager
def database_down() -> Iterator[None]:
    """Let every statement fail."""

    def refuse(*given: Any) -> Any:
        raise OperationalError("it is gone")

    with connection.execute_wrapper(refuse):
        yield


@lru_cache(maxsize=1)
def django() -> Any:
    """Return Django alone, as `config.wsgi` makes it."""
    return get_wsgi_application()


class Doors:
    """Django alone, and Django behind the door; says which of the two answered."""

    def __init__(self) -> None:
        for counter in COUNTED:
            counter.clear()  # of what other tests asked: all of it is read every time
        for children in (metrics._requests, metrics._seconds):
            children.cache_clear()
        self.django = django()
        self.passed = 0
        self.door = Door(self._behind, [*ENDPOINTS, *GRANTS])

    def _behind(self, *given: Any) -> Any:
        self.passed += 1
        return self.django(*given)

    def same(
        self,
        sent: Sent,
        *,
        short: bool = True,
        around: Callable[[], Any] | None = None,
    ) -> Told:
        """Return what both say; fails where they differ, or the wrong one answered."""
        self.passed = 0
        long_way = ask(self.django, sent, around=around)
        answer = ask(self.door, sent, around=around)
        assert answer.comparable == long_way.comparable
        assert (self.passed == 0) is short, "the wrong way"
        return answer


def refreshing(
    token: str,
    **more: str,
) -> Sent:
    """Return the request for the next pair."""
    return post(REFRESH, {"refresh_token": token} | more)


def verifying(
    token: str,
    **more: str,
) -> Sent:
    """Return the request to look at a token."""
    return post(VERIFY, {"token": token} | more)
