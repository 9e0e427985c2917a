"""What is thrown away when its time is over: a registry that every app joins.

An app registers its purges in `AppConfig.ready`; every worker runs them about once a
minute. A purge is a DELETE by an indexed time: running it twice at once is harmless.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.outbox.models import Delivery, Worker

SENT_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)
WORKER_KEPT = timedelta(hours=1)

logger = logging.getLogger(__name__)
_purges: list[Callable[[], int]] = []


def register(purge: Callable[[], int]) -> None:
    """Have `purge` called about once a minute; it returns how many rows it removed."""
    if purge not in _purges:
        _purges.append(purge)


def run() -> int:
    """Call every purge and return the rows removed; one that fails stops no other."""
    removed = 0
    for purge in _purges:
        try:
            removed += purge()
        except Exception:
            logger.exception("purge failed", extra={"purge": purge.__qualname__})
    return removed


def purge_deliveries() -> int:
    """Remove what was sent a week ago or given up a month ago."""
    now, states = timezone.now(), Delivery.State
    sent = Delivery.objects.filter(state=states.SENT, due_at__lt=now - SENT_KEPT)
    failed = Delivery.objects.filter(state=states.FAILED, due_at__lt=now - FAILED_KEPT)
    return sent.delete()[0] + failed.delete()[0]


def purge_browser_sessions() -> int:
    """Remove the sessions of browsers and of unfinished flows that expired."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def purge_workers() -> int:
    """Remove the signs of life of workers long gone."""
    gone = Worker.objects.filter(seen_at__lt=timezone.now() - WORKER_KEPT)
    return gone.delete()[0]
