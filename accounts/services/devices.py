"""From which browsers somebody signs in: a new one is told to them by mail."""

import hashlib
import re
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.functional import lazy
from django.utils.translation import gettext

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.lockouts import caller
from accounts.mail import letters
from accounts.models import KnownDevice, User
from config import context

_KEPT = timedelta(days=180)
_FRESH = timedelta(hours=1)
_BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")


def device_name(user_agent: str) -> str:
    """Return what a person would call this browser, such as `Firefox on Windows`.

    It is in the active language: to be shown, not to be compared.
    """
    browser, system = _told(user_agent)
    if browser and system:
        both = gettext("%(browser)s on %(system)s")
        return both % {"browser": browser, "system": system}
    return browser or system or gettext("an unknown device")


def _told(user_agent: str) -> tuple[str, str]:
    """Return the names of a browser and of its system, or "" for what is unknown."""
    browser = next((b for b in _BROWSERS if f"{b}/" in user_agent), "")
    system = next((s for s in _SYSTEMS if s in user_agent), "")
    shown = (
        _NAMES.get(browser, browser) or re.split(r"[/ ]", user_agent.strip())[0][:32]
    )
    system = {"Mac OS X": "macOS", "CrOS": "ChromeOS"}.get(system, system)
    return shown, system


_named = lazy(device_name, str)


def note_device(user: User) -> None:
    """Remember the caller's browser; the owner of an account is told of a new one.

    In the transaction that writes the login. Nothing is told of the very first.
    """
    present = context.current()
    with translation.override("en"):  # the same device in every language
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
        device=_named(_tellable(present.user_agent, user)),
        ip=present.ip or "",
        when=now,
    )


def _tellable(
    user_agent: str,
    user: User,
) -> str:
    """Return what the letter may tell: nothing that a stranger chose, if one may read it."""
    known = any(f"{browser}/" in user_agent for browser in _BROWSERS)
    return user_agent if known or verification.is_verified(user.pk) else ""


def purge() -> int:
    """Remove devices unused for half a year; returns how many."""
    old = KnownDevice.objects.filter(last_used_at__lt=timezone.now() - _KEPT)
    return old.delete()[0]
