"""Proving one's address by a mailed link.

A link proves the address and nobody's identity: it signs nobody in.
"""

from django.db import transaction

from accounts import limits
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import User
from accounts.services.authority import require_self_or_superuser


def verify_by_link(*, key: str) -> User:
    """Use a mailed link up: its address is proven. Whoever has the link may call this.

    Raises `LinkInvalid`.
    """
    with transaction.atomic():
        person = links.claim(key, Purpose.VERIFY_EMAIL).user
        if verification.verify(person):
            record(Action.EMAIL_VERIFIED, acting=person, target=person)
    return person


def send_verification(
    user: User,
    *,
    acting_user: User | None,
) -> None:
    """Mail somebody a link for their address; nothing happens if it is proven.

    Raises `Forbidden`, and `TooManyRequests` past the limit per account.
    """
    require_self_or_superuser(user, acting_user)
    if verification.is_verified(user.pk):
        return
    limits.hit("resend_account", user.email_key)
    with transaction.atomic():
        link = links.make(user, Purpose.VERIFY_EMAIL)
        letters.write_to("verify-email", user, link=link)
