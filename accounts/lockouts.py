"""Who may try a password now.

Tries are counted before the password is checked, so that parallel guesses never get more
of them than the limit.

An address (whether or not anybody has it) is locked for one IP after too many failures
from there. An IP from which the account signed in before is known and never locked; the
limit per IP holds for everybody. IPv6 callers count as their /64.
"""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import limits
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.models import KnownAddress, Lockout, User
from config import context
from config.errors import TooManyRequests

NOWHERE = "0.0.0.0"  # nosec: stands for "no network", nothing binds to it
_FRESH = timedelta(hours=1)
_REMEMBERED = timedelta(days=180)


def caller() -> str:
    """Return the caller's IP as limits know it: an IPv6 address by its /64."""
    try:
        address = ipaddress.ip_address(context.current().ip or NOWHERE)
    except ValueError:
        return NOWHERE
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False)[0])
    return str(address)


def about(key: str) -> Any:
    """Return the audit target of an address: its user, else the bare address."""
    user = User.objects.filter(email_key=key).first()
    return user or Party("address", label=key)


@dataclass(frozen=True)
class Guess:
    """One try that was let through: say how it ended, exactly once."""

    key: str
    ip: str
    known: bool

    def failed(
        self,
        outcome: str,
        *,
        target: Any = None,
        action: Action = Action.LOGIN_FAILED,
    ) -> None:
        """Record why; lock the address for this IP if that was one too many."""
        target = target or about(self.key)
        record(
            action,
            acting=Party("anonymous"),
            target=target,
            outcome=outcome,
            succeeded=False,
        )
        if not self.known and limits.reached("login_account", self.key, self.ip):
            self._lock(target)
        if limits.reached("login_ip", self.ip):
            record(
                Action.LOGIN_REFUSED,
                acting=Party("anonymous"),
                outcome=f"too many failed sign-ins from {self.ip}",
                succeeded=False,
            )

    def passed(self) -> None:
        """Take the count back: no failure."""
        if not self.known:
            limits.give_back("login_account", self.key, self.ip)
        limits.give_back("login_ip", self.ip)

    def _lock(self, target: Any) -> None:
        seconds = limits.parse(settings.LIMITS["login_account"]).seconds
        until = timezone.now() + timedelta(seconds=seconds)
        with transaction.atomic():
            row, made = Lockout.objects.get_or_create(
                email_key=self.key, ip=self.ip, defaults={"locked_until": until}
            )
            if not made and row.locked_until > timezone.now():
                return
            Lockout.objects.filter(pk=row.pk).update(locked_until=until)
            record(
                Action.USER_LOCKED,
                acting=Party("system", label="system"),
                target=target,
                outcome=f"locked until {_clock(until)} for {self.ip}",
                details={"ip": self.ip},
            )


def admit(key: str) -> Guess:
    """Count a try at `key` and let it through.

    Raises `TooManyRequests` (recorded as a failed sign-in) where the address is locked
    for the caller's IP, or the IP used up its own limit.
    """
    ip = caller()
    if not settings.RATE_LIMITS:
        return Guess(key, ip, known=True)
    limits.hit("login_ip", ip)
    known = KnownAddress.objects.filter(user__email_key=key, ip=ip).exists()
    if known:
        return Guess(key, ip, known=True)
    until = Lockout.objects.filter(
        email_key=key, ip=ip, locked_until__gt=timezone.now()
    ).values_list("locked_until", flat=True)
    if locked := until.first():
        raise _refused(key, locked)
    try:
        limits.hit("login_account", key, ip)
    except TooManyRequests as refusal:
        wait = timedelta(seconds=refusal.retry_after or 1)
        raise _refused(key, timezone.now() + wait) from refusal
    return Guess(key, ip, known=False)


def remember(user_id: Any) -> None:
    """Note that the account signed in from the caller's IP: never locked out there."""
    ip, now = caller(), timezone.now()
    if ip == NOWHERE:
        return
    mine = KnownAddress.objects.filter(user_id=user_id, ip=ip)
    last = mine.values_list("last_used_at", flat=True).first()
    if last is None:
        KnownAddress.objects.bulk_create(
            [KnownAddress(user_id=user_id, ip=ip)], ignore_conflicts=True
        )
    elif last < now - _FRESH:
        mine.update(last_used_at=now)


def lift(
    key: str,
    *,
    ip: str | None = None,
) -> int:
    """Delete the lockouts of an address, all or for one IP; returns how many stood.

    Their counters go with them.
    """
    rows = Lockout.objects.filter(email_key=key)
    if ip is not None:
        rows = rows.filter(ip=ip)
    lifted = 0
    for locked, until in rows.values_list("ip", "locked_until"):
        limits.forget("login_account", key, locked)
        lifted += until > timezone.now()
    rows.delete()
    return lifted


def purge() -> int:
    """Remove lockouts that are over and known addresses long unused; returns how many."""
    now = timezone.now()
    over = Lockout.objects.filter(locked_until__lt=now)
    unused = KnownAddress.objects.filter(last_used_at__lt=now - _REMEMBERED)
    return over.delete()[0] + unused.delete()[0]


def _refused(
    key: str,
    until: datetime,
) -> TooManyRequests:
    record(
        Action.LOGIN_FAILED,
        acting=Party("anonymous"),
        target=about(key),
        outcome=f"locked until {_clock(until)}",
        succeeded=False,
    )
    wait = max(1, math.ceil((until - timezone.now()).total_seconds()))
    return TooManyRequests(
        "Too many failed sign-ins. Try again later.", retry_after=wait
    )


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
