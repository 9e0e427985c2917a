"""What the worker throws away: sessions long over, rows that no token can meet."""

from datetime import timedelta

from django.utils import timezone

from tokens.models import Login, Revocation, Session

KEPT = timedelta(days=30)  # a person may want to see where they were signed in
BATCH = 1000  # one purge holds its locks for a moment only


def purge_sessions() -> int:
    """Remove sessions that ended by time a month ago; returns how many."""
    over = Session.objects.filter(expires_at__lt=timezone.now() - KEPT)
    sids = list(over.values_list("sid", flat=True)[:BATCH])
    return Session.objects.filter(sid__in=sids).delete()[0]


def purge_logins() -> int:
    """Remove logins a month old that have no session left; returns how many."""
    old = Login.objects.filter(created_at__lt=timezone.now() - KEPT, sessions=None)
    ids = list(old.values_list("id", flat=True)[:BATCH])
    return Login.objects.filter(id__in=ids).delete()[0]


def purge_revocations() -> int:
    """Remove rows that no living token can meet; returns how many."""
    expired = Revocation.objects.filter(expires_at__lt=timezone.now())
    return expired.delete()[0]
