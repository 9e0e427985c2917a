"""Whether somebody may come in: disabling, enabling, unlocking, signing out."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import lockouts
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.mail import links
from accounts.models import MailLink, User
from accounts.services.authority import (
    require_self_or_superuser,
    require_superuser,
    require_superuser_over,
)
from accounts.signals import account_disabled, signed_out_everywhere
from config.errors import Conflict, InvalidInput


def disable_user(
    user: User,
    *,
    acting_user: User | None,
) -> User:
    """Shut somebody out everywhere at once; nothing happens if they are already.

    Who is leaving can no longer come back by their link; the erasure stays due.
    Raises `Forbidden`, and `Conflict` for the last active superuser.
    """
    require_superuser_over(user, acting_user)
    with transaction.atomic():
        keep_one_superuser(user)
        _hold(user)
        standing = User.objects.filter(pk=user.pk, is_active=True)
        changed = standing.update(
            is_active=False, epoch=F("epoch") + 1, updated_at=timezone.now()
        )
        user.refresh_from_db()
        if _bar_return(user) or changed:
            reason = Action.USER_DISABLED
            record(reason, acting=acting_user, target=user)
            account_disabled.send(
                User, user=user, acting_user=acting_user, reason=reason
            )
    return user


def enable_user(
    user: User,
    *,
    acting_user: User | None,
) -> User:
    """Let somebody in again; what ended stays ended, and a due erasure is called off.

    Raises `Forbidden`, and `Conflict` for who was erased.
    """
    require_superuser_over(user, acting_user)
    with transaction.atomic():
        _hold(user)
        standing = User.objects.filter(pk=user.pk, is_active=False, erased_at=None)
        changed = standing.update(
            is_active=True,
            erase_at=None,
            epoch=F("epoch") + 1,
            updated_at=timezone.now(),
        )
        user.refresh_from_db()
        if user.erased_at is not None:
            raise Conflict("This user was erased.")
        if changed:
            links.void(user, MailLink.Purpose.CANCEL_ERASURE)
            record(Action.USER_ENABLED, acting=acting_user, target=user)
    return user


def sign_out_everywhere(
    user: User,
    *,
    acting_user: User | None,
) -> User:
    """End every login of a user: their own wish, or a superuser's. Raises `Forbidden`."""
    require_self_or_superuser(user, acting_user)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        user.refresh_from_db()
        reason = Action.SIGNED_OUT_EVERYWHERE
        record(reason, acting=acting_user, target=user)
        signed_out_everywhere.send(
            User, user=user, acting_user=acting_user, reason=reason
        )
    return user


def lift_lockouts(
    user: User | str,
    *,
    acting_user: User | None,
) -> int:
    """Lift the lockouts of a user, or of a bare address; returns how many stood.

    Raises `Forbidden`, and `InvalidInput` for what is no address.
    """
    require_superuser(acting_user)
    if isinstance(user, str):
        try:
            key = email_key(user)
        except ValueError as error:
            raise InvalidInput.at("email", detail=str(error)) from error
        target = User.objects.filter(email_key=key).first() or Party(
            "address", label=key
        )
        lifted = lockouts.lift(key)
    else:
        require_superuser_over(user, acting_user)
        target = user
        lifted = lockouts.lift(user.email_key)
    record(
        Action.USER_UNLOCKED,
        acting=acting_user,
        target=target,
        outcome=f"lockouts lifted: {lifted}",
    )
    return lifted


def _hold(user: User) -> None:
    """Hold the row to the commit: a return by link comes wholly before or after."""
    User.objects.select_for_update().filter(pk=user.pk).first()


def _bar_return(user: User) -> bool:
    """Void the link by which a leaving person would come back; tell if there was one."""
    purpose = MailLink.Purpose.CANCEL_ERASURE
    way_back = MailLink.objects.filter(user=user, purpose=purpose, claimed_at=None)
    return bool(way_back.delete()[0])


def keep_one_superuser(user: User) -> None:
    """Raise `Conflict` if nobody were left to run this instance.

    The rows are locked in one order, so that two superusers cannot disable each other.
    """
    active = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    left = list(active.select_for_update().values_list("pk", flat=True))
    if left == [user.pk]:
        raise Conflict("This is the last active superuser.")
