"""Mailing somebody whose account was made for them the link to come in by."""

from django.db import transaction

from accounts import limits
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import MailLink, User
from accounts.services.authority import require_superuser_over
from config.errors import Conflict, NotFound


def invite_user(
    user: User,
    *,
    acting_user: User | None,
) -> User:
    """Mail somebody a new link to choose their first password by; the one before is dead.

    Raises `Forbidden`; `Conflict` for whoever has a password, has signed in or is disabled;
    `TooManyRequests` where the address has been mailed too many.
    """
    require_superuser_over(user, acting_user)
    if not may_be_invited(user):
        raise _cannot()
    count(user)
    with transaction.atomic():
        held = User.objects.select_for_update().filter(pk=user.pk).first()
        if held is None:
            raise NotFound("There is no such user.")
        if not may_be_invited(held):
            raise _cannot()
        require_superuser_over(held, acting_user)
        record(Action.USER_INVITED, acting=acting_user, target=held)
        mail(held, made=_was_made(held), proven=verification.is_verified(held.pk))
    return held


def may_be_invited(user: User) -> bool:
    """Tell whether somebody has never come in, and may."""
    new = user.last_login is None and not user.has_usable_password()
    return new and user.is_active


def _was_made(user: User) -> bool:
    """Tell whether an operator made the account, by the invitation before."""
    before = MailLink.objects.filter(user=user, purpose=Purpose.FIRST_PASSWORD)
    return before.filter(data__made=True).exists()


def _cannot() -> Conflict:
    return Conflict("Invited is who has no password, never signed in and is active.")


def count(user: User) -> None:
    """Count a mail to the address; raises `TooManyRequests`. Outside any transaction."""
    limits.hit("resend_account", "invited", user.email_key)


def mail(
    user: User,
    *,
    made: bool,
    proven: bool,
) -> None:
    """Mail the link, in the caller's transaction.

    `made` by an operator, an account stays as it is when its owner comes; any other may be
    a stranger's, who signed up with this address.
    """
    link = links.make(user, Purpose.FIRST_PASSWORD, data={"made": made})
    letters.write_to("account-made", user, proven=proven, link=link)
