"""What the worker throws away: codes and requests that nobody can use any more."""

from datetime import timedelta

from django.db.models import Model
from django.utils import timezone

from tokens.oidc.models import AuthorizationCode, DeviceCode, PushedRequest

KEPT = timedelta(days=1)  # a code that comes back late still ends the session it made
BATCH = 1000


def purge_codes() -> int:
    """Remove authorization codes a day after they lapsed; returns how many."""
    return _purge(AuthorizationCode)


def purge_pushed_requests() -> int:
    """Remove pushed requests as soon as they lapsed; returns how many.

    Anybody may leave one in the name of a public client.
    """
    return _purge(PushedRequest, timedelta(0))


def purge_device_codes() -> int:
    """Remove device codes a day after they lapsed; returns how many."""
    return _purge(DeviceCode)


def _purge(
    model: type[Model],
    kept: timedelta = KEPT,
) -> int:
    rows = model._default_manager
    over = rows.filter(expires_at__lt=timezone.now() - kept).order_by("expires_at")
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    return rows.filter(pk__in=ids).delete()[0]
