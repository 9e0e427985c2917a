"""What every request passes, outermost first; named by MIDDLEWARE, imported by nobody.

The API's path is kept short: sessions, CSRF, cookies and messages are only for pages
(`PagesMiddleware`), so that a token is validated without them.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from config import access, context, envelope, problems
from config.errors import ServiceError
from config.paths import is_machine

Handler = Callable[[HttpRequest], HttpResponseBase]

PROBES = ("/healthz", "/readyz")  # asked by address, whatever the Host


class RequestContextMiddleware:
    """Gives each request its id and its context, and writes the access log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve inside the request's context; every answer echoes the id."""
        caller = envelope.caller_of(request.META)
        started = time.perf_counter()
        with context.entered(caller):
            response = self.get_response(request)
            response["X-Request-ID"] = caller.request_id
            _tell_length(response)
            if request.method == "HEAD" and isinstance(response, HttpResponse):
                response.content = b""  # gunicorn warns about each one that it drops
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
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return problems.answer(request, problems.LengthRequired())
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
            problems.told(exception)
        elif refusal.status == 500:
            return None  # Django logs a fault
        elif isinstance(exception, SuspiciousOperation | ServiceError):
            pass  # also from a page: too large, forged, or refused by a service
        elif not is_machine(request.path):
            return None  # Django has its own word for pages
        return problems.answer(request, refusal)


def _answers_any_host(path: str) -> bool:
    """Tell whether a path is asked by address, and safe from DNS rebinding."""
    return path in PROBES or (path == "/metrics" and bool(settings.METRICS_TOKEN))


class SecurityHeadersMiddleware:
    """Sets what a browser must be told, strict by default, looser only for the console."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve, and add the headers that the view did not set."""
        response = self.get_response(request)
        for name, value in envelope.shielding(request.path).items():
            response.setdefault(name, value)
        return response


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
