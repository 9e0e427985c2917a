"""From which web origins browsers may call us: those that some application lists."""

import re
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tenants.models import Application

LIFETIME = 10.0

_known: tuple[float, frozenset[str]] | None = None


def is_allowed(origin: str) -> bool:
    """Tell whether a live application of a live tenant lists `origin`.

    Read from the database at most every ten seconds in each process.
    """
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > LIFETIME:
        _known = (now, _listed())
    return origin in _known[1]


def forget() -> None:
    """Read anew at the next question: tests have a database each."""
    global _known
    _known = None


def _listed() -> frozenset[str]:
    live = Application.objects.filter(suspended_at=None, tenant__suspended_at=None)
    lists = live.order_by().values_list("allowed_origins", flat=True)
    return frozenset(origin for found in lists for origin in found)


def allow_request(
    sender: Any,
    request: HttpRequest,
    **told: Any,
) -> bool:
    """Receive `corsheaders.signals.check_request_enabled`.

    Only for the API: the signal would otherwise open every page to these origins.
    """
    origin = request.headers.get("Origin", "")
    api = re.match(settings.CORS_URLS_REGEX, request.path_info)
    return bool(origin and api) and is_allowed(origin)
