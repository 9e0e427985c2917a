"""From which browsers somebody signs in: a new one is told to them by mail."""

import hashlib
import re
from datetime import timedelta

from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.lockouts import caller
from accounts.mail import letters
from accounts.models import KnownDevice, User
from config import context

_KEPT = timedelta(days=180)
_FRESH = timedelta(hours=1)
_UNKNOWN = "an unknown device"
_BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")


def device_name(user_agent: str) -> str:
    """Return what a person would call this browser, such as `Firefox on Windows`."""
    browser = next((b for b in _BROWSERS if f"{b}/" in user_agent), "")
    system = next((s for s in _SYSTEMS if s in user_agent), "")
    shown = (
        _NAMES.get(browser, browser) or re.split(r"[/ ]", user_agent.strip())[0][:32]
    )
    system = {"Mac OS X": "macOS", "CrOS": "ChromeOS"}.get(system, system)
    return " on ".join(part for part in (shown, system) if part) or _UNKNOWN


def note_device(user: User) -> None:
    """Remember the caller's browser; the owner of an account is told of a new one.

    In the transaction that writes the login. Nothing is told of the very first.
    """
    present = context.current()
    name = device_name(present.user_agent)
    digest = hashlib.sha256(f"{user.pk}\x1f{name}\x1f{caller()}".encode()).hexdigest()
    now = timezone.now()
    mine = KnownDevice.objects.filter(user=user)
    last = mine.filter(digest=digest).values_list("last_used_at", flat=True).first()
    if last is not None:
        if last < now - _FRESH:
            mine.filter(digest=digest).update(last_used_at=now)
        return
    first = not mine.exists()
    KnownDevice.objects.bulk_create(
        [KnownDevice(user=user, digest=digest)], ignore_conflicts=True
    )
    if first:
        return
    record(Action.DEVICE_NEW, acting=user, target=user, details={"device": name})
    letters.notify(
        "new-device",
        user,
        device=_told(name, user),
        ip=present.ip or "unknown",
        when=f"{now:%Y-%m-%d %H:%M} UTC",
    )


def _told(
    name: str,
    user: User,
) -> str:
    """Return the name for the letter: nothing that a stranger chose, if one may read it."""
    known = any(_NAMES.get(b, b) in name.split(" on ")[0:1] for b in _BROWSERS)
    return name if known or verification.is_verified(user.pk) else _UNKNOWN


def purge() -> int:
    """Remove devices unused for half a year; returns how many."""
    old = KnownDevice.objects.filter(last_used_at__lt=timezone.now() - _KEPT)
    return old.delete()[0]
