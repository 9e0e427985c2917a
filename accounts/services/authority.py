"""Who may act on whom.

A service that manages the instance may what a superuser may, with one difference: its
secret, once stolen, must not make a superuser, nor take one's account or shut one out.
"""

from accounts.models import User
from config.errors import Forbidden


def require_superuser(acting_user: User | None) -> None:
    """Raise `Forbidden` unless an active superuser acts, or the system itself."""
    if acting_user is None or (acting_user.is_active and acting_user.is_superuser):
        return
    raise Forbidden("Only a superuser may do this.")


def require_person(acting_user: User | None) -> None:
    """Raise `Forbidden` where a service acts; a person and the system may go on."""
    if acting_user is not None and acting_user.is_service:
        raise Forbidden("No service may do this: it takes a person.")


def require_person_over(
    user: User,
    acting_user: User | None,
) -> None:
    """Raise `Forbidden` where a service acts on an operator, in whatever way."""
    if user.is_superuser or user.is_staff:
        require_person(acting_user)


def require_superuser_over(
    user: User,
    acting_user: User | None,
) -> None:
    """Raise `Forbidden` as `require_superuser` and `require_person_over`."""
    require_superuser(acting_user)
    require_person_over(user, acting_user)


def require_self_or_superuser(
    user: User,
    acting_user: User | None,
) -> None:
    """Raise `Forbidden` unless people act on themselves, or a superuser or the system.

    A service acts on no operator.
    """
    if acting_user is not None and acting_user.pk == user.pk and acting_user.is_active:
        return
    require_superuser_over(user, acting_user)


def person_of(acting_user: User | None) -> User | None:
    """Return who acts as a foreign key to people may hold it: None for a service."""
    if acting_user is None or acting_user.is_service:
        return None
    return acting_user
