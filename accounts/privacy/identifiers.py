"""By what a person is recognised in text that others wrote: addresses, name, IP."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from accounts.addresses import wire_form
from accounts.flows import verification
from accounts.models import MailLink, User

ERASED = "[erased]"
_SHORTEST_NAME = 3  # a shorter one is a part of too many words
_EMAIL = re.compile(r"[^\s@\"'<>,;()]+@[^\s@\"'<>,;()]+")
_IP_LIKE = re.compile(r"[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*[0-9A-Fa-f:]")


@dataclass(frozen=True)
class Identifiers:
    """A person's addresses, in every spelling that we store, and what they are called."""

    user_id: str
    addresses: tuple[str, ...]
    name: str

    def names(self, text: str) -> bool:
        """Tell whether a text holds the person's id or one of their addresses."""
        return self.user_id in text or any(
            _whole(one).search(text) for one in self.addresses
        )

    def without(
        self,
        value: Any,
        *,
        about: bool = False,
        ips: bool = False,
    ) -> Any:
        """Return a JSON value with the person's addresses replaced in every text.

        `about`: it speaks of the person, so their name and any address in it go too.
        `ips`: every IP.
        """
        if isinstance(value, dict):
            return {
                key: self.without(inner, about=about, ips=ips)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.without(inner, about=about, ips=ips) for inner in value]
        if not isinstance(value, str):
            return value
        return self._cleaned(value, about=about, ips=ips)

    def _cleaned(
        self,
        text: str,
        *,
        about: bool,
        ips: bool,
    ) -> str:
        for known in self.addresses:
            text = _whole(known).sub(ERASED, text)
        if about:
            text = _EMAIL.sub(ERASED, text)
        if about and len(self.name) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<!\w){re.escape(self.name)}(?!\w)", ERASED, text)
        return _IP_LIKE.sub(_hidden_ip, text) if ips else text


@lru_cache(maxsize=64)
def _whole(address: str) -> re.Pattern[str]:
    """Return the pattern of an address that is no part of a longer one."""
    before, after = r"(?<![\w.!#$%&'*+/=?^`{|}~-])", r"(?![\w-]|\.\w)"
    return re.compile(f"{before}{re.escape(address)}{after}", re.IGNORECASE)


def identifiers_of(user: User) -> Identifiers:
    """Return by what a person may be recognised: also by an address they had before.

    What has become somebody else's is left out: their traces stay theirs.
    """
    undoing = MailLink.objects.filter(
        user=user, purpose=MailLink.Purpose.UNDO_EMAIL_CHANGE
    )
    filed = [row["email"] for row in verification.addresses_of(user)]
    others = {*undoing.values_list("email_key", flat=True), *filed} - {user.email_key}
    taken = User.objects.filter(email_key__in=others).exclude(pk=user.pk)
    keys = {user.email_key, *others} - set(taken.values_list("email_key", flat=True))
    spelled = {user.email, *keys, *(wire_form(key) for key in keys)}
    longest_first = sorted(spelled, key=lambda one: (-len(one), one))
    return Identifiers(str(user.pk), tuple(longest_first), user.name)


def _hidden_ip(found: re.Match[str]) -> str:
    try:
        ipaddress.ip_address(found[0])
    except ValueError:
        return found[0]
    return ERASED
