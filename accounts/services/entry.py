"""Whether somebody can sign in at all: a registry of ways that the apps above join."""

from collections.abc import Callable

from accounts.errors import LastWayIn
from accounts.flows import second_factor
from accounts.models import User

Way = Callable[[User], bool]
_ways: list[Way] = []


def register(way: Way) -> None:
    """Have `way` tell whether somebody could sign in by it."""
    if way not in _ways:
        _ways.append(way)


def require_one(user: User) -> None:
    """Raise `LastWayIn` where somebody has no way left to sign in.

    Called after a removal, in its transaction, which holds the person's row.
    """
    if user.has_usable_password():
        return
    if second_factor.PASSKEY in second_factor.methods_of(user.pk):
        return
    if not any(way(user) for way in _ways):
        raise LastWayIn
