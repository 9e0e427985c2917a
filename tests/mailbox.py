"""What waits in the outbox, read as its addressees would."""

import json
import re
from dataclasses import dataclass

from accounts.outbox.models import Delivery
from config.encryption import decrypt

_LINK = re.compile(r"^[^\n:]+: (\S+\?key=([\w-]{43}))$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """One mail; `url` and `key` are those of its link, or empty."""

    to: str
    subject: str
    text: str

    @property
    def url(self) -> str:
        """Return where its link leads."""
        found = _LINK.search(self.text)
        return found[1] if found else ""

    @property
    def key(self) -> str:
        """Return what stands behind `?key=` in its link."""
        found = _LINK.search(self.text)
        return found[2] if found else ""


def mails(to: str = "") -> list[Mail]:
    """Return the mails to somebody, or all; what is addressed to nobody is no mail."""
    payloads = [json.loads(decrypt(d.payload)) for d in Delivery.objects.order_by("id")]
    read = [Mail(p["to"], p["subject"], p["text"]) for p in payloads]
    return [mail for mail in read if mail.to and to in ("", mail.to)]


def last_mail(to: str = "") -> Mail:
    """Return the newest mail to somebody."""
    return mails(to)[-1]
