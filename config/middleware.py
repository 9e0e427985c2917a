"""What every request passes, outermost first; named by MIDDLEWARE, imported by nobody.

The API's path is kept short: sessions, CSRF, cookies and messages are only for pages
(`PagesMiddleware`), so that a token is validated without them.
"""

import ipaddress
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from config import access, context, problems
from config.context import RequestContext
from config.fields import uuid7
from config.paths import is_machine

Handler = Callable[[HttpRequest], HttpResponseBase]

PROBES = ("/healthz", "/readyz")  # asked by address, whatever the Host
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger(access.NAME)

_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# unfold's Alpine evaluates expressions and sets styles; no inline script, nothing from
# elsewhere.
_ADMIN_POLICY = _PAGE_POLICY.replace(
    "script-src 'self'", "script-src 'self' 'unsafe-eval'"
).replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


def client_ip(request: HttpRequest) -> str | None:
    """Return the caller's address.

    X-Forwarded-For counts only behind `TRUSTED_PROXIES` proxies, and then only the entry
    that the outermost of them wrote.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.TRUSTED_PROXIES and forwarded.strip():
        hops = forwarded.split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            peer = _without_port(hops[-settings.TRUSTED_PROXIES].strip())
    try:
        return str(ipaddress.ip_address(peer))
    except ValueError:
        return None


def _without_port(hop: str) -> str:
    """Return the address of `1.2.3.4:5` and `[::1]:5`: some proxies add the port."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


class RequestContextMiddleware:
    """Gives each request its id and its context, and writes the access log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve inside the request's context; every answer echoes the id."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        caller = RequestContext(
            ip=client_ip(request),
            user_agent=_printable(request.headers.get("User-Agent", ""))[:256],
            request_id=request_id,
        )
        started = time.perf_counter()
        with context.entered(caller):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            _tell_length(response)
            # Django would log each refusal a second time, outside this context.
            response._has_been_logged = True  # type: ignore[attr-defined]
            access.note(
                request.method,
                request.path,
                status=response.status_code,
                caller=caller,
                seconds=time.perf_counter() - started,
            )
        return response


def _tell_length(response: HttpResponseBase) -> None:
    """Set Content-Length, or gunicorn sends small answers in chunks (RFC 9110 8.6)."""
    if isinstance(response, HttpResponse) and response.status_code not in (204, 304):
        response.setdefault("Content-Length", str(len(response.content)))


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


class BadRequestMiddleware:
    """Refuses what Django would meet too late: a foreign Host, NUL in the URL."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve, or answer 400 (413 for a body beyond any limit)."""
        try:
            if not _answers_any_host(request.path):
                request.get_host()
        except DisallowedHost:
            refusal = problems.Malformed("This host is not served.")
            return problems.answer(request, refusal)
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query:
            return problems.answer(request, problems.Malformed("The URL holds NUL."))
        return self.get_response(request)

    def process_exception(
        self,
        request: HttpRequest,
        exception: Exception,
    ) -> HttpResponse | None:
        """Turn what left a plain Django view into a problem."""
        refusal = problems.translate(exception)
        if refusal.status == 503:
            _log.error("%s: %s", type(exception).__name__, refusal.code)
        elif isinstance(exception, SuspiciousOperation):
            pass  # also from a page: too large, or forged
        elif refusal.status == 500 or not is_machine(request.path):
            return None  # Django logs a fault, and has its own word for pages
        return problems.answer(request, refusal)


def _answers_any_host(path: str) -> bool:
    """Tell whether a path is asked by address, and safe from DNS rebinding."""
    return path in PROBES or (path == "/metrics" and bool(settings.METRICS_TOKEN))


class SecurityHeadersMiddleware:
    """Sets what a browser must be told, strict by default, looser only for the console."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.common = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }
        if settings.SECURE_HSTS_SECONDS:
            age = settings.SECURE_HSTS_SECONDS
            self.common["Strict-Transport-Security"] = (
                f"max-age={age}; includeSubDomains"
            )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve, and add the headers that the view did not set."""
        response = self.get_response(request)
        path = request.path
        for name, value in self.common.items():
            response.setdefault(name, value)
        response.setdefault("Content-Security-Policy", _policy(path))
        if path.startswith("/admin/"):
            response["Referrer-Policy"] = "same-origin"
        if path.startswith(("/api/v1/", "/account/", "/admin/")):
            response.setdefault("Cache-Control", "no-store")
        return response


def _policy(path: str) -> str:
    if path.startswith("/admin/"):
        return _ADMIN_POLICY
    return _API_POLICY if is_machine(path) else _PAGE_POLICY


class PagesMiddleware:
    """Runs cookies, CSRF, sessions and messages for pages, and for nothing else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.pages: Any = get_response
        self.views: list[Any] = []
        for name in reversed(settings.PAGES_MIDDLEWARE):
            self.pages = import_string(name)(self.pages)
            if hasattr(self.pages, "process_view"):
                self.views.insert(0, self.pages.process_view)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve a page through the whole chain, the API directly."""
        if is_machine(request.path):
            return self.get_response(request)
        response: HttpResponseBase = self.pages(request)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Any,
        args: Any,
        kwargs: Any,
    ) -> HttpResponseBase | None:
        """Let the inner chain look at the view (CSRF is checked here)."""
        if is_machine(request.path):
            return None
        for check in self.views:
            refusal: HttpResponseBase | None = check(request, view, args, kwargs)
            if refusal is not None:
                return refusal
        return None
