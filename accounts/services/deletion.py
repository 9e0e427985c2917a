"""The end of an account. What the trail says of it stays: events have no foreign keys."""

from django.db import transaction

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.access import keep_one_superuser
from accounts.services.authority import require_superuser
from accounts.signals import account_disabled
from config.errors import NotFound


def delete_user(
    user: User,
    *,
    acting_user: User | None,
) -> None:
    """Remove a user and all that hangs from them; their tokens are refused at once.

    Superusers only. Raises `Forbidden`, `NotFound` when somebody was faster, and
    `Conflict` for the last active superuser.
    """
    require_superuser(acting_user)
    with transaction.atomic():
        keep_one_superuser(user)
        reason = Action.USER_DELETED
        if not User.objects.filter(pk=user.pk).update(is_active=False):
            raise NotFound("There is no such user.")
        record(reason, acting=acting_user, target=user)
        account_disabled.send(User, user=user, acting_user=acting_user, reason=reason)
        User.objects.filter(pk=user.pk).delete()
