"""A short way in front of Django, for the few paths that everybody asks all the time.

Django's request, its middleware and REST framework cost several times what a token path
itself does. The door answers what is plainly usual: the same services, forms, problems,
headers, counters and log lines, without that way. Whatever is unusual (another method,
Host, content type, header or body than nearly all have, and anything that looks wrong)
goes to Django, its body put back, before anything was done. What a service was called
for is answered here, refusals too: asked a second time, it might say something else.

`tests/tokens/api/test_door.py` holds the two ways against each other.
"""

import http
import io
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host
from rest_framework.exceptions import APIException

from config import access, context, envelope, metrics, parsers, problems
from config.envelope import JSON, Answer
from config.errors import ServiceError
from config.serializers import PlainCheck, StrictSerializer

_STATUS = {s.value: f"{s.value} {s.phrase}" for s in http.HTTPStatus}
_JSON_TYPES = frozenset((JSON, f"{JSON}; charset=utf-8", f"{JSON};charset=utf-8"))
_FORM = "application/x-www-form-urlencoded"
_FORM_TYPES = frozenset((_FORM, f"{_FORM};charset=UTF-8", f"{_FORM}; charset=utf-8"))
_ACCEPTED = frozenset((JSON, "*/*"))
# Their presence means a browser from elsewhere, a proxy of another kind, or a guess.
_UNUSUAL = (
    "HTTP_ORIGIN",
    "HTTP_TRANSFER_ENCODING",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
    "HTTP_CONTENT_ENCODING",
    "SCRIPT_URL",
    "REDIRECT_URL",
)


@dataclass(frozen=True)
class Asked:
    """A usual request: its valid body, its query, and two of its headers.

    `known` is `If-None-Match`.
    """

    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    known: str = ""
    authorization: str = ""


def _itself(fault: Exception) -> Exception:
    return fault


@dataclass(frozen=True)
class Endpoint:
    """A path that the door answers; Django has a view for it that answers the same.

    `form` is the body's, of JSON. A path that takes an HTML form has `parse` instead, which
    returns its parameters, or None where they are unusual. Without either the path takes no
    body. `query` is the form of the only
    query string that is usual besides none. `allow` is the header of that name where the
    view is REST framework's. `refused` may turn one refusal into another.
    """

    path: str
    serve: Callable[[Asked], Answer]
    form: type[StrictSerializer] | None = None
    parse: Callable[[bytes], dict[str, Any] | None] | None = None
    query: re.Pattern[str] | None = None
    allow: str = ""
    refused: Callable[[Exception], Exception] = _itself


class Door:
    """The WSGI application: the usual of `endpoints` at once, all else `behind` it."""

    def __init__(
        self,
        behind: WSGIApplication,
        endpoints: Iterable[Endpoint],
    ) -> None:
        self.behind = behind
        self.ways = {endpoint.path: _Way(endpoint) for endpoint in endpoints}

    def __call__(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Answer a request."""
        way = self.ways.get(environ.get("PATH_INFO", ""))
        asked = None if way is None else way.read(environ)
        if way is None or asked is None:
            return self.behind(environ, start_response)
        close_old_connections()  # as Django does around each request
        try:
            return way.answer(asked, environ, start_response)
        finally:
            close_old_connections()


class _Way:
    """One endpoint, with all that does not change from one request to the next."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.parse, self.kinds = endpoint.parse, _FORM_TYPES
        if endpoint.form is not None:
            self.parse, self.kinds = _json(endpoint.form), _JSON_TYPES
        self.method = "GET" if self.parse is None else "POST"
        self.headers = envelope.shielding(endpoint.path)
        if re.match(settings.CORS_URLS_REGEX, endpoint.path):
            self.headers["Vary"] = "origin"

    def read(self, environ: WSGIEnvironment) -> Asked | None:
        """Return what is asked, or None for what Django must see; changes nothing."""
        if (
            environ["REQUEST_METHOD"] != self.method
            or environ.get("SCRIPT_NAME")
            or settings.DEBUG
            or any(name in environ for name in _UNUSUAL)
            or not _is_served(environ.get("HTTP_HOST", ""), *settings.ALLOWED_HOSTS)
            or not _takes_json(environ.get("HTTP_ACCEPT", "*/*"))
        ):
            return None
        query = environ.get("QUERY_STRING", "")
        usual = self.endpoint.query
        if query and (usual is None or not usual.fullmatch(query)):
            return None
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if self.parse is None:
            if environ.get("CONTENT_LENGTH", "") not in ("", "0"):
                return None
            return Asked(query=dict(parse_qsl(query)), known=known)
        raw = _body(environ, self.kinds)
        body = None if raw is None else self.parse(raw)
        if body is None:
            return None
        shown = environ.get("HTTP_AUTHORIZATION", "")
        return Asked(body=body, known=known, authorization=shown)

    def answer(
        self,
        asked: Asked,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Serve inside the request's context; count and log it as the other way does."""
        path = self.endpoint.path
        caller = envelope.caller_of(environ)
        started = time.perf_counter()
        with context.entered(caller):
            answer, code = self._answered(asked)
            seconds = time.perf_counter() - started
            metrics.count(
                metrics.Counted(self.method, path, answer.status, code), seconds=seconds
            )
            headers = self.headers | answer.headers
            if answer.status not in (204, 304):
                headers["Content-Length"] = str(len(answer.data))
            headers["X-Request-ID"] = caller.request_id
            access.note(
                self.method,
                path,
                status=answer.status,
                caller=caller,
                seconds=time.perf_counter() - started,
            )
        start_response(_STATUS[answer.status], list(headers.items()))
        return [answer.data]

    def _answered(self, asked: Asked) -> tuple[Answer, str | None]:
        """Return the answer in bytes, and the problem's code if it is a refusal."""
        allow = {"Allow": self.endpoint.allow} if self.endpoint.allow else {}
        try:
            answer = self.endpoint.serve(asked)
            return _written(answer, allow), answer.code
        except Exception as fault:
            try:
                refusal = problems.told(self.endpoint.refused(fault))
            except Exception as worse:  # REST framework lets this one through, bare
                refusal, allow = problems.told(worse), {}
        headers = {"Content-Type": problems.CONTENT_TYPE, **problems.headers(refusal)}
        told = Answer(problems.document(refusal), refusal.status, headers)
        return _written(told, allow), refusal.code


def _written(
    answer: Answer,
    allow: dict[str, str],
) -> Answer:
    """Return an answer with its body in bytes and the type of it."""
    if answer.data is None:
        return Answer(b"", answer.status, allow | answer.headers)
    data = answer.data
    body = data if isinstance(data, bytes) else envelope.encode(data)
    return Answer(body, answer.status, {"Content-Type": JSON} | allow | answer.headers)


@lru_cache(maxsize=256)
def _is_served(
    host: str,
    *allowed: str,
) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


@lru_cache(maxsize=256)
def _takes_json(accept: str) -> bool:
    """Tell whether an Accept header takes JSON without wanting it in some form."""
    kinds = {kind.strip() for kind in accept.split(",")}
    return ";" not in accept and not kinds.isdisjoint(_ACCEPTED)


def _body(
    environ: WSGIEnvironment,
    kinds: frozenset[str],
) -> bytes | None:
    """Return the body, put back, of a usual length and one of some media types."""
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") not in kinds or not length.isdecimal():
        return None
    if len(length) > 5 or not 0 < int(length) <= parsers.MOST_BYTES:
        return None
    source = environ["wsgi.input"]
    try:
        raw: bytes = source.read(int(length))
    except OSError:
        return None  # the client left: Django meets the same
    environ["wsgi.input"] = io.BytesIO(raw)
    return raw if len(raw) == int(length) else None  # else the client stopped short


def _json(
    form: type[StrictSerializer],
) -> Callable[[bytes], dict[str, Any] | None]:
    """Return what reads a body of JSON as `form` takes it, or None for any other."""
    is_good = PlainCheck(form)

    def parse(raw: bytes) -> dict[str, Any] | None:
        try:
            body = parsers.parse(raw)
        except (ServiceError, APIException):
            return None
        return body if is_good(body) else None

    return parse
