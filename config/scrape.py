"""`GET /metrics`: what was counted in all processes, and what the database knows now."""

import hmac
import ipaddress
import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from typing_extensions import override

from accounts.outbox.models import Delivery
from config import metrics as _metrics  # noqa: F401  names what is counted
from config import problems
from config.errors import Forbidden, NotAuthenticated
from tokens import feed
from tokens.models import Revocation, SigningKey

_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
_log = logging.getLogger("ntt.metrics")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format to whoever may scrape.

    That is who sends `METRICS_TOKEN`; without one, only this machine itself.
    """
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            return problems.response(NotAuthenticated("Send METRICS_TOKEN as Bearer."))
    elif not _is_local(request):
        return problems.response(Forbidden("Set METRICS_TOKEN to scrape from afar."))
    body = generate_latest(_counted()) + generate_latest(_known())
    return HttpResponse(
        body,
        content_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    return same and scheme.lower() == "bearer"


def _is_local(request: HttpRequest) -> bool:
    """Tell whether this machine asks; what a proxy passes on comes from elsewhere."""
    if settings.TRUSTED_PROXIES or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _counted() -> CollectorRegistry:
    if not getattr(values.ValueClass, "_multiprocess", False):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _known() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Gauges())
    return registry


class Gauges(Collector):
    """What the database knows, asked at the scrape; the same from every node."""

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = [_outbox(), _revocations(), _feed(), _key_ages()]
        except DatabaseError as fault:
            _log.warning("the database cannot be measured: %s", type(fault).__name__)
            found = []
        yield GaugeMetricFamily(
            "ntt_database_up", "Whether the database answers.", value=bool(found)
        )
        yield from found


def _outbox() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "ntt_outbox_deliveries", "Mails and webhooks not sent.", labels=["state"]
    )
    states = (Delivery.State.WAITING, Delivery.State.FAILED)
    for state in states:
        count = Delivery.objects.filter(state=state).count()
        family.add_metric([state], count)
    return family


def _revocations() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "ntt_revocations_live", "Revocations that still refuse tokens.", labels=["kind"]
    )
    live = Revocation.objects.filter(expires_at__gt=timezone.now()).order_by()
    counts = dict(live.values_list("kind").annotate(Count("number")))
    for kind in Revocation.Kind.values:
        family.add_metric([kind], counts.get(kind, 0))
    return family


def _feed() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "ntt_revocation_feed_number",
        "Number of the last revocation.",
        value=feed.read().number,
    )


def _key_ages() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "ntt_signing_key_age_seconds",
        "Since when the active key signs.",
        labels=["algorithm"],
    )
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    for key in active.only("algorithm", "activated_at", "created_at"):
        since = key.activated_at or key.created_at
        family.add_metric([key.algorithm], (timezone.now() - since).total_seconds())
    return family
