"""The mailbox of the embedded default: mail is kept here, and sent to nobody.

Only where `settings.MAILBOX` is on (development without `EMAIL_URL`): what a mail says is
wiped everywhere else once it is sent. Its links sign people in, so only superusers look.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from accounts.outbox.models import Delivery
from config.encryption import decrypt
from config.errors import NotFound

PAGE = 50


@dataclass(frozen=True)
class Mail:
    """A mail as it would have gone out."""

    id: UUID
    at: datetime
    to: str
    subject: str
    text: str
    html: str


def keeps(delivery: Delivery) -> bool:
    """Tell whether what a delivery says is kept after it went out."""
    return bool(settings.MAILBOX) and delivery.kind == Delivery.Kind.MAIL


def latest() -> list[Mail]:
    """Return the newest mails; none where there is no mailbox."""
    return [_opened(row) for row in _kept()[:PAGE]]


def mail_of(mail_id: UUID) -> Mail:
    """Return one mail; raises `NotFound`."""
    row = _kept().filter(pk=mail_id).first()
    if row is None:
        raise NotFound("There is no such mail.")
    return _opened(row)


def count() -> int:
    """Return how many mails are kept."""
    return _kept().count()


def wipe() -> int:
    """Wipe what is still kept where there is no mailbox any more; returns how many."""
    if settings.MAILBOX:
        return 0
    sent = Delivery.objects.filter(state=Delivery.State.SENT)
    return sent.exclude(payload="").update(payload="")


def _kept() -> QuerySet[Delivery]:
    if not settings.MAILBOX:
        return Delivery.objects.none()
    mails = Delivery.objects.filter(kind=Delivery.Kind.MAIL)
    return mails.exclude(payload="").order_by("-id")


def _opened(row: Delivery) -> Mail:
    said = json.loads(decrypt(row.payload))
    parts = {name: said[name] for name in ("to", "subject", "text", "html")}
    return Mail(id=row.pk, at=row.created_at, **parts)
