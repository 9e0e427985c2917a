"""The end of an account: erased (a tombstone stays) or deleted (nothing stays).

Either way every holder of personal data erases, in one transaction, and the audit trail
keeps what happened without telling to whom.
"""

import logging
import time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.models import User
from accounts.privacy.holders import holders
from accounts.privacy.identifiers import ERASED
from accounts.services.access import keep_one_superuser
from accounts.services.authority import require_superuser_over
from accounts.signals import account_disabled
from config.errors import NotFound

BATCH = 100
ROUND_SECONDS = (
    20.0  # the worker that erases has mail to send, and a sign of life to give
)

logger = logging.getLogger(__name__)


def erase_user(
    user: User,
    *,
    acting_user: User | None,
) -> User:
    """Erase a person now, whether or not they asked for it; nothing happens the second time.

    What stays is a row without anything personal, so that tokens and ids of theirs never
    serve another. Superusers only. Raises `Forbidden`, `NotFound`, and `Conflict` for the
    last active superuser.
    """
    require_superuser_over(user, acting_user)
    _erase(user.pk, Q(), acting_user)
    try:
        user.refresh_from_db()
    except User.DoesNotExist:
        raise NotFound("There is no such user.") from None
    return user


def delete_user(
    user: User,
    *,
    acting_user: User | None,
) -> None:
    """Erase a user and remove the row too; their tokens are refused at once.

    Superusers only. Raises `Forbidden`, `NotFound` when somebody was faster, and
    `Conflict` for the last active superuser.
    """
    require_superuser_over(user, acting_user)
    with transaction.atomic():
        keep_one_superuser(user)
        person = User.objects.select_for_update().filter(pk=user.pk).first()
        if person is None:
            raise NotFound("There is no such user.")
        _forget(person, Action.USER_DELETED, acting_user)
        User.objects.filter(pk=user.pk).delete()


def erase_due() -> int:
    """Erase who left and did not come back in time; returns how many.

    `BATCH` at most, for about ROUND_SECONDS; the rest has its turn in the next round. Each
    in a transaction of its own: one that fails stops no other.
    """
    now, ends, erased = timezone.now(), time.monotonic() + ROUND_SECONDS, 0
    due = Q(is_active=False, erase_at__lte=now)
    left = User.objects.filter(due, erased_at=None).order_by("erase_at")
    for user_id in list(left.values_list("pk", flat=True)):
        try:
            erased += _erase(user_id, due, None)
        except Exception:
            logger.exception("erasure failed", extra={"user": str(user_id)})
        if erased >= BATCH or time.monotonic() > ends:
            break
    return erased


def _erase(
    user_id: UUID,
    condition: Q,
    acting_user: User | None,
) -> bool:
    """Erase whoever still meets the condition once their row is held."""
    with transaction.atomic():
        keep_one_superuser(User(pk=user_id))
        standing = User.objects.select_for_update().filter(pk=user_id, erased_at=None)
        person = standing.filter(condition).first()
        if person is None:
            return False
        _forget(person, Action.USER_ERASED, acting_user)
    return True


def _forget(
    person: User,
    reason: Action,
    acting_user: User | None,
) -> None:
    """Record it, have every holder erase, and tell the apps above, last."""
    nameless = Party("user", str(person.pk), ERASED)
    themselves = acting_user is not None and acting_user.pk == person.pk
    acting: Any = nameless if themselves else acting_user
    record(reason, acting=acting, target=nameless)
    for holder in holders():
        holder.erase(person)
    person.refresh_from_db()  # whoever is told learns nothing personal
    account_disabled.send(User, user=person, acting_user=acting_user, reason=reason)
