"""How something comes into the outbox."""

import json

from accounts.outbox.models import Delivery
from config.encryption import encrypt


def enqueue_mail(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
) -> Delivery:
    """Leave a mail to be sent, in the caller's transaction, and return its row.

    Nothing is sent here: a slow mail server neither holds the caller up nor tells by
    its timing whether an address exists. If the caller rolls back, nothing goes out.
    `to` may be empty: the row then costs what a mail costs, and is not sent.
    """
    payload = {
        "to": to,
        "subject": " ".join(subject.split()),
        "text": text,
        "html": html,
    }
    return Delivery.objects.create(
        kind=Delivery.Kind.MAIL,
        payload=encrypt(json.dumps(payload)),
    )
