"""Taking second factors away, where their owner cannot be asked for them."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.models import User


def remove_factors(
    user: User,
    *,
    since: datetime | None = None,
) -> int:
    """Remove a person's second factors, all or those set up since; returns how many.

    In the caller's transaction, which holds the user's row and records the event.
    """
    mine = Authenticator.objects.filter(user=user)
    if since is not None:
        mine = mine.filter(created_at__gte=since)
    removed: int = mine.delete()[0]
    return removed
