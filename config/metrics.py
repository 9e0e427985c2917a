"""What is counted about requests; `config/scrape.py` shows it to Prometheus.

Works in many processes (gunicorn names a folder in PROMETHEUS_MULTIPROC_DIR before this
is imported) and in one. No label ever holds a user, a tenant or a path as it was asked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram

Handler = Callable[[HttpRequest], HttpResponseBase]

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

REQUESTS = Counter(
    "ntt_http_requests",
    "Requests answered.",
    ["method", "route", "status"],
)
SECONDS = Histogram(
    "ntt_http_request_seconds",
    "Time to answer.",
    ["method", "route"],
    buckets=_BUCKETS,
)
PROBLEMS = Counter(
    "ntt_http_problems",
    "Refusals by the code that the caller was told.",
    ["route", "code"],
)
SIGN_INS = Counter(
    "ntt_sign_ins",
    "Sign-ins by door and outcome: ok, or why not.",
    ["door", "outcome"],
)
REFRESHES = Counter(
    "ntt_refreshes",
    "Refreshes by outcome: ok, or why not.",
    ["outcome"],
)
_DOORS = {"/api/v1/auth/login": "api", "/account/login/": "page"}
_REFRESH = "/api/v1/tokens/refresh"

# Finding a child by its labels costs more than counting; routes are few.
_requests = lru_cache(maxsize=2048)(REQUESTS.labels)
_seconds = lru_cache(maxsize=1024)(SECONDS.labels)


class MetricsMiddleware:
    """Counts and times each request by its route."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve, then count; HEAD and unknown methods make no new series by path."""
        started = time.perf_counter()
        response = self.get_response(request)
        elapsed = time.perf_counter() - started
        count(
            Counted(
                method=request.method or "",
                route=route_of(request),
                status=response.status_code,
                code=getattr(response, "problem_code", None),
            ),
            seconds=elapsed,
        )
        return response


def route_of(request: HttpRequest) -> str:
    """Return the pattern that matched, `static`, or `unmatched`; never the path."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return "static" if request.path.startswith(settings.STATIC_URL) else "unmatched"


@dataclass(frozen=True)
class Counted:
    """An answered request; `code` is the problem's, if it was refused."""

    method: str
    route: str
    status: int
    code: str | None = None


def count(
    answered: Counted,
    *,
    seconds: float,
) -> None:
    """Count a request, and what became of it; both doors call this."""
    method = answered.method if answered.method in _METHODS else "other"
    route, code = answered.route, answered.code
    _requests(method, route, answered.status).inc()
    _seconds(method, route).observe(seconds)
    if code:
        PROBLEMS.labels(route, code).inc()
    if method != "POST":
        return
    if route == _REFRESH:
        REFRESHES.labels(code or "ok").inc()
    elif route in _DOORS:
        outcome = code or ("ok" if answered.status < 400 else "malformed")
        SIGN_INS.labels(_DOORS[route], outcome).inc()
