"""Single-use links in mails: stored hashed; looking changes nothing, a POST claims.

A link is bound to what stood when it was made. It is dead after its time, after a newer
one for the same purpose, once the address it was mailed to is not the person's any more,
and, where its rule says so, after any change that ended the person's sessions or a sign-in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.backends import NOBODY
from accounts.errors import LinkInvalid
from accounts.models import MailLink, SpentCode, User

Purpose = MailLink.Purpose
_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """How a purpose's links behave; `path` is the page below the issuer.

    `epoch`: dead once the person's epoch moved. `login`: dead once they signed in.
    `address`: dead once the address it was mailed to is not theirs.
    `inactive`: good for a disabled person too, as far as the link itself goes. `each`: a newer one kills only those that
    were mailed to the same address.
    """

    path: str
    seconds: int
    epoch: bool = True
    login: bool = False
    address: bool = True
    inactive: bool = False
    each: bool = False


# these give a password; the next, dead with a new one or a new address, prove or change
# what is no longer so
PASSWORD = (Purpose.RESET_PASSWORD, Purpose.FIRST_PASSWORD)
OVERTAKEN = (Purpose.VERIFY_EMAIL, *PASSWORD, Purpose.CHANGE_EMAIL)
_RESET = "/account/password/reset/key/"
_DAY = 86400
RULES: dict[str, Rule] = {
    Purpose.VERIFY_EMAIL: Rule("/account/verify-email/", _DAY, epoch=False),
    Purpose.RESET_PASSWORD: Rule(_RESET, 3600, login=True),
    Purpose.FIRST_PASSWORD: Rule(_RESET, 7 * _DAY, login=True),
    Purpose.CHANGE_EMAIL: Rule("/account/email/confirm/", _DAY, address=False),
    Purpose.UNDO_EMAIL_CHANGE: Rule(
        "/account/email/undo/",
        7 * _DAY,
        epoch=False,
        address=False,
        inactive=True,  # whoever moved an account may have left it: `services.email`
        each=True,
    ),
    Purpose.CANCEL_ERASURE: Rule(
        "/account/keep/", 0, epoch=False, address=False, inactive=True
    ),
}


def make(
    user: User,
    purpose: Purpose,
    *,
    email_key: str | None = None,
    data: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a link that kills the one before, and return its URL, this once.

    `email_key` is the address it is mailed to, by default the person's own; `data` is what
    the claim gets back. Called in the transaction that enqueues the mail.
    """
    rule, token = RULES[purpose], secrets.token_urlsafe(32)
    now = timezone.now()
    mailed_to = email_key or user.email_key
    older = MailLink.objects.filter(user=user, purpose=purpose, claimed_at=None)
    with transaction.atomic():
        _hold(user.pk)
        (older.filter(email_key=mailed_to) if rule.each else older).delete()
        MailLink.objects.create(
            purpose=purpose,
            user=user,
            digest=_digest(token),
            email_key=mailed_to,
            epoch=user.epoch,
            data=data or {},
            expires_at=expires_at or now + timedelta(seconds=rule.seconds),
        )
    return f"{settings.ISSUER}{rule.path}?key={token}"


def pretend(purpose: Purpose) -> str:
    """Do the work of `make` for nobody; the URL it returns leads nowhere.

    Where an address may belong to nobody, so that neither time nor statements tell.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        _hold(NOBODY)
        MailLink.objects.filter(user=NOBODY, purpose=purpose, claimed_at=None).delete()
        SpentCode.objects.create(digest=_digest(token))
    return f"{settings.ISSUER}{RULES[purpose].path}?key={token}"


def look(
    token: str,
    *purposes: Purpose,
) -> MailLink:
    """Return a link that is still good, and change nothing. Raises `LinkInvalid`."""
    rows = MailLink.objects.select_related("user")
    link = rows.filter(digest=_digest(token), purpose__in=purposes).first()
    if link is None or not _stands(link, link.user):
        raise LinkInvalid
    return link


def claim(
    token: str,
    *purposes: Purpose,
) -> MailLink:
    """Use a link up, in the caller's transaction, and hold its person's row to the commit.

    `link.user` is the person as they are now. Raises `LinkInvalid`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a link is claimed in the transaction that acts on it")
    link = look(token, *purposes)
    person = User.objects.select_for_update().filter(pk=link.user_id).first()
    open_ones = MailLink.objects.filter(pk=link.pk, claimed_at=None)
    if person is None or not open_ones.update(claimed_at=timezone.now()):
        raise LinkInvalid
    if not _stands(link, person):
        raise LinkInvalid
    link.user = person
    return link


def pending(
    person: User,
    purpose: Purpose,
) -> MailLink | None:
    """Return the link for this purpose that a person has and that is still good."""
    mine = MailLink.objects.filter(user=person, purpose=purpose, claimed_at=None)
    return next((link for link in mine if _stands(link, person)), None)


def void(
    user: User,
    *purposes: Purpose,
    since: datetime | None = None,
) -> None:
    """Kill a person's open links: all, those for some purposes, those made since."""
    mine = MailLink.objects.filter(user=user)
    if since is not None:
        mine = mine.filter(created_at__gte=since)
    (mine.filter(purpose__in=purposes) if purposes else mine).delete()


def purge() -> int:
    """Remove links that ran out a day ago; returns how many."""
    return MailLink.objects.filter(expires_at__lt=timezone.now() - _KEPT).delete()[0]


def _hold(user_id: UUID) -> None:
    """Hold a person's row before their links, as a claim does: else MySQL deadlocks."""
    rows = User.objects.select_for_update().filter(pk=user_id)
    rows.values_list("pk", flat=True).first()


def _stands(
    link: MailLink,
    person: User,
) -> bool:
    rule = RULES[link.purpose]
    seen = person.last_login
    return (
        link.claimed_at is None
        and link.expires_at > timezone.now()
        and (person.is_active or rule.inactive)
        and not (rule.epoch and person.epoch != link.epoch)
        and not (rule.address and person.email_key != link.email_key)
        and not (rule.login and seen is not None and seen >= link.created_at)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
