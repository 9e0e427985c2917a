"""How something comes into the outbox."""

import json
from collections.abc import Iterable
from typing import Any

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


def enqueue_posts(
    builder: str,
    *,
    each: Iterable[dict[str, Any]],
) -> int:
    """Leave one call to an application for each of these, in the caller's transaction.

    What it says is made by `builder` (see `posts.register`) when it is sent, from the
    JSON-able members given here. Returns how many were left.
    """
    rows = [
        Delivery(
            kind=Delivery.Kind.POST,
            payload=encrypt(json.dumps({"builder": builder, "data": data})),
        )
        for data in each
    ]
    return len(Delivery.objects.bulk_create(rows, batch_size=500))
