"""Every refusal under `/api/v1` as RFC 9457 `application/problem+json`.

Named by REST_FRAMEWORK's EXCEPTION_HANDLER and by the URL map's error handlers.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.response import Response

from config import context
from config.envelope import encode
from config.errors import (
    FieldError,
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    ServiceError,
    TooManyRequests,
    Unavailable,
)
from config.parsers import TooLarge
from config.paths import is_machine

CONTENT_TYPE = "application/problem+json"
_PAGES = (400, 403, 404, 429, 500, 503)
_log = logging.getLogger("ntt.problems")


class Malformed(ServiceError):
    """The body is not what it says it is."""

    code = "malformed_request"
    title = "The request body cannot be read."


class MethodNotAllowed(ServiceError):
    """The path exists and does not do this."""

    status = 405
    code = "method_not_allowed"
    title = "This method is not allowed here."


class NotAcceptable(ServiceError):
    """Only JSON is spoken here."""

    status = 406
    code = "not_acceptable"
    title = "Only application/json can be answered."


class UnsupportedMediaType(ServiceError):
    """Only JSON is read here."""

    status = 415
    code = "unsupported_media_type"
    title = "Send application/json."


class LengthRequired(ServiceError):
    """A body must say how long it is: WSGI reads no other (RFC 9110 section 8.6)."""

    status = 411
    code = "length_required"
    title = "Send the body with its Content-Length."


class FormOutdated(Forbidden):
    """A form came without the token that its page was given, or without the cookie."""

    code = "form_outdated"
    title = "This form is out of date."


class Internal(ServiceError):
    """A fault of ours; the request id finds it in the log."""

    status = 500
    code = "internal_error"
    title = "Something went wrong on our side."


def document(refusal: ServiceError) -> dict[str, Any]:
    """Return a refusal as a problem document."""
    problem: dict[str, Any] = {
        "type": f"urn:ntt-auth:problem:{refusal.code.replace('_', '-')}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "request_id": context.current().request_id,
        "errors": [vars(fault) for fault in refusal.errors],
    }
    return problem | refusal.extra


def headers(refusal: ServiceError) -> dict[str, str]:
    """Return the headers that go with a refusal (RFC 6750 section 3, RFC 9110, RFC 9470)."""
    found = {"Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        found["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401 or refusal.code == "insufficient_scope":
        found["WWW-Authenticate"] = _challenge(refusal)
    return found


def _challenge(refusal: ServiceError) -> str:
    if refusal.code.startswith("token_"):
        return f'Bearer error="invalid_token", error_description="{refusal.title}"'
    if refusal.code == "insufficient_scope":
        return f'Bearer error="insufficient_scope", scope="{refusal.extra["scope"]}"'
    if refusal.code == "insufficient_user_authentication":
        asked = "".join(f', {k}="{v}"' for k, v in refusal.extra.items())
        return f'Bearer error="insufficient_user_authentication"{asked}'
    return "Bearer"


def response(refusal: ServiceError) -> HttpResponse:
    """Return a refusal as `application/problem+json` outside DRF."""
    made = HttpResponse(
        encode(document(refusal)),
        content_type=CONTENT_TYPE,
        status=refusal.status,
        headers=headers(refusal),
    )
    made.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
    return made


def exception_handler(
    exc: Exception,
    context: dict[str, Any],
) -> Response:
    """Turn whatever a view raised into a problem response; DRF calls this."""
    refusal = told(exc)
    made = Response(
        document(refusal),
        status=refusal.status,
        headers=headers(refusal),
        content_type=CONTENT_TYPE,
    )
    made.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
    if isinstance(exc, exceptions.MethodNotAllowed):
        made["Allow"] = ", ".join(context["view"].allowed_methods)
    return made


def told(exc: Exception) -> ServiceError:
    """Return the refusal that an exception stands for; a fault of ours is logged."""
    refusal = translate(exc)
    if refusal.status >= 500:
        _log.error("%s: %s", type(exc).__name__, refusal.code, exc_info=exc)
    return refusal


def translate(exc: Exception) -> ServiceError:
    """Return the refusal that an exception stands for."""
    if isinstance(exc, ServiceError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return InvalidInput(errors=list(_faults(exc.detail, "#")))
    if isinstance(exc, DatabaseError | InterfaceError):
        return Unavailable("The database does not answer.", retry_after=5)
    kinds: list[tuple[type[Exception], type[ServiceError]]] = [
        (RequestDataTooBig, TooLarge),
        (SuspiciousOperation, Malformed),
        (UnreadablePostError, Malformed),  # the client left, or took too long
        (exceptions.ParseError, Malformed),
        (exceptions.NotAuthenticated, NotAuthenticated),
        (exceptions.AuthenticationFailed, NotAuthenticated),
        (exceptions.PermissionDenied, Forbidden),
        (PermissionDenied, Forbidden),
        (Http404, NotFound),
        (exceptions.MethodNotAllowed, MethodNotAllowed),
        (exceptions.NotAcceptable, NotAcceptable),
        (exceptions.UnsupportedMediaType, UnsupportedMediaType),
        (exceptions.Throttled, TooManyRequests),
    ]
    for kind, refusal in kinds:
        if isinstance(exc, kind):
            return refusal()
    return Internal()


def _faults(
    detail: Any,
    pointer: str,
) -> Iterator[FieldError]:
    """Yield DRF's nested error details as RFC 6901 pointers."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            part = str(name).replace("~", "~0").replace("/", "~1")
            whole = str(name) == "non_field_errors"
            yield from _faults(inner, pointer if whole else f"{pointer}/{part}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _faults(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield FieldError(pointer, getattr(detail, "code", "invalid"), str(detail))


def answer(
    request: HttpRequest,
    refusal: ServiceError,
) -> HttpResponse:
    """Return a refusal outside DRF: a page for a browser at a page, else the problem."""
    wants_page = "text/html" in request.headers.get("Accept", "")
    if is_machine(request.path) or not wants_page:
        return response(refusal)
    template = f"{refusal.status}.html" if refusal.status in _PAGES else "400.html"
    shown = {"refusal": refusal, "request_id": context.current().request_id}
    page = HttpResponse(
        render_to_string(template, shown),  # without the request: nothing may be asked
        status=refusal.status,
        headers=headers(refusal),
    )
    page.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
    return page


def bad_request(
    request: HttpRequest,
    exception: Exception,
) -> HttpResponse:
    """Answer Django's own 400s (Host, cookies, sizes)."""
    return answer(request, Malformed("The request is malformed."))


def not_found(
    request: HttpRequest,
    exception: Exception,
) -> HttpResponse:
    """Answer an unknown path."""
    return answer(request, NotFound("There is nothing at this path."))


def forbidden(
    request: HttpRequest,
    exception: Exception,
) -> HttpResponse:
    """Answer a refusal of Django's own."""
    return answer(request, Forbidden())


def csrf_failure(
    request: HttpRequest,
    reason: str = "",
) -> HttpResponse:
    """Answer a form without its token; named by CSRF_FAILURE_VIEW."""
    return answer(request, FormOutdated())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours outside DRF; the problem where even the page fails."""
    try:
        return answer(request, Internal())
    except Exception as fault:
        _log.error("the error page failed: %s", type(fault).__name__)
        return response(Internal())
