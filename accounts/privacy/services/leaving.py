"""Leaving: shut at once, erased after a time in which a mailed link takes it back."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import LinkInvalid
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.models import MailLink, User
from accounts.services.access import keep_one_superuser
from accounts.signals import account_disabled
from config.errors import Conflict, Forbidden

Purpose = MailLink.Purpose


def request_erasure(
    user: User,
    *,
    acting_user: User,
) -> User:
    """Shut one's own account for good; `user.erase_at` says when it is erased.

    Every session ends. A letter holds the link that keeps the account until then. Raises
    `Forbidden`, and `Conflict` for the last active superuser or an account that is shut.
    """
    if acting_user.pk != user.pk:
        raise Forbidden("Only the person themselves may leave.")
    with transaction.atomic():
        keep_one_superuser(user)
        now = timezone.now()
        standing = User.objects.filter(pk=user.pk, is_active=True, erased_at=None)
        if not standing.update(
            is_active=False,
            erase_at=now + timedelta(days=settings.ERASURE_GRACE_DAYS),
            epoch=F("epoch") + 1,
            updated_at=now,
        ):
            raise Conflict("This account is shut already.")
        user.refresh_from_db()
        link = links.make(user, Purpose.CANCEL_ERASURE, expires_at=user.erase_at)
        proven = verification.is_verified(user.pk)
        facts = {"link": link, "erase_at": user.erase_at}
        letters.write_to("leaving", user, proven=proven, **facts)
        reason = Action.ERASURE_REQUESTED
        record(reason, acting=user, target=user)
        account_disabled.send(User, user=user, acting_user=user, reason=reason)
    return user


def keep_account(key: str) -> User:
    """Take a person's leaving back, by the link that was mailed to them.

    They sign in again as before; what ended stays ended. Raises `LinkInvalid`, also where
    an operator shut the account since: that voids the link.
    """
    with transaction.atomic():
        user = links.claim(key, Purpose.CANCEL_ERASURE).user
        leaving = User.objects.filter(
            pk=user.pk, is_active=False, erase_at__gt=timezone.now(), erased_at=None
        )
        if not leaving.update(
            is_active=True,
            erase_at=None,
            epoch=F("epoch") + 1,
            updated_at=timezone.now(),
        ):
            raise LinkInvalid
        user.refresh_from_db()
        record(Action.ERASURE_CANCELLED, acting=user, target=user)
    return user
