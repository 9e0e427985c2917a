"""What the worker throws away: ways to a provider that nobody can come back by."""

from django.utils import timezone

from social.models import Attempt

BATCH = 1000


def purge_attempts() -> int:
    """Remove ways that are over; returns how many."""
    over = Attempt.objects.filter(expires_at__lt=timezone.now()).order_by("expires_at")
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    return Attempt.objects.filter(pk__in=ids).delete()[0]
