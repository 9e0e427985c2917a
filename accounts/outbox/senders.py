"""Who hands over which kind of delivery."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.outbox import posts
from accounts.outbox.models import Delivery

logger = logging.getLogger(__name__)
Sender = Callable[[UUID, dict[str, Any]], None]


def send_mail(
    delivery_id: UUID,
    payload: dict[str, Any],
) -> None:
    """Send one mail through Django's backend; raises what that raises.

    The Message-ID is the delivery's: where a worker died between sending and noting it,
    the second copy can be recognised as one. With a mailbox it is kept and not sent. What is
    addressed to nobody is not sent: it was left so that nobody can tell by the work whether
    an address is known.
    """
    if not payload["to"]:
        return
    if settings.MAILBOX:
        logger.info("mail kept in the mailbox", extra={"delivery": str(delivery_id)})
        return
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >")
    message = EmailMultiAlternatives(
        subject=payload["subject"],
        body=payload["text"],
        to=[payload["to"]],
        headers={"Message-ID": f"<{delivery_id}@{host}>"},
    )
    if payload["html"]:
        message.attach_alternative(payload["html"], "text/html")
    message.send()


_SENDERS: dict[str, Sender] = {
    Delivery.Kind.MAIL: send_mail,
    Delivery.Kind.POST: posts.send,
}


def register(
    kind: Delivery.Kind,
    sender: Sender,
) -> None:
    """Let `sender` hand over deliveries of `kind`; called from `AppConfig.ready`.

    A sender gets the delivery's id and its decrypted payload, and raises to be called
    again later. It may be called twice for one delivery.
    """
    _SENDERS[kind] = sender


def sender_of(kind: str) -> Sender:
    """Return who hands over `kind`; raises `KeyError` if nobody does."""
    return _SENDERS[kind]
