"""Who may act on whom."""

from accounts.models import User
from config.errors import Forbidden


def require_superuser(acting_user: User | None) -> None:
    """Raise `Forbidden` unless an active superuser acts, or the system itself."""
    if acting_user is None or (acting_user.is_active and acting_user.is_superuser):
        return
    raise Forbidden("Only a superuser may do this.")


def require_self_or_superuser(
    user: User,
    acting_user: User | None,
) -> None:
    """Raise `Forbidden` unless people act on themselves, or a superuser or the system."""
    if acting_user is not None and acting_user.pk == user.pk and acting_user.is_active:
        return
    require_superuser(acting_user)
