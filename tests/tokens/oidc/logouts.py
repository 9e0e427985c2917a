"""Logouts that wait, as what they say."""

import json
from typing import Any

from accounts.outbox.models import Delivery
from config.encryption import decrypt


def waiting() -> list[dict[str, Any]]:
    """Return what each call to an application in the outbox holds, in their order."""
    rows = Delivery.objects.filter(kind=Delivery.Kind.POST).order_by("id")
    return [json.loads(decrypt(row.payload)) for row in rows]


def sids() -> list[str]:
    """Return the sessions whose end waits to be told."""
    return sorted(row["data"]["sid"] for row in waiting())
