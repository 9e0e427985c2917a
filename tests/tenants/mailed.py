"""What the invited find in their mailbox."""

import json
import re
from typing import Any

from accounts.outbox.models import Delivery
from config.encryption import decrypt


def letters() -> list[dict[str, Any]]:
    """Return the letters in the outbox, oldest first."""
    return [json.loads(decrypt(row.payload)) for row in Delivery.objects.all()]


def keys() -> list[str]:
    """Return the keys of the links in all letters, oldest first."""
    return re.findall(r"\?key=(\S+)", "\n".join(sent["text"] for sent in letters()))


def last_key() -> str:
    """Return the key of the last link that was mailed."""
    return keys()[-1]
