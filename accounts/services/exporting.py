"""Every user as a line of a file, with the hash of their password."""

from collections.abc import Iterator

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.models import User
from accounts.services.authority import require_superuser
from accounts.transfer.rows import written

PAGE = 1000


def export_users(*, acting_user: User | None) -> Iterator[str]:
    """Yield a line for each user, oldest first, in constant memory.

    The event is written before the first line, as what left cannot be called back.
    Raises `Forbidden` before anything.
    """
    require_superuser(acting_user)
    total = User.objects.count()
    record(Action.USERS_EXPORTED, acting=acting_user, details={"users": total})
    users = verification.with_verification(User.objects.order_by("pk"))
    page = list(users[:PAGE])
    while page:
        for user in page:
            yield written(user, verified=getattr(user, "email_verified", False))
        page = list(users.filter(pk__gt=page[-1].pk)[:PAGE])
