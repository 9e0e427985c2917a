"""What accounts holds in rows of a person's own: the user, addresses, factors, links."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import F
from django.utils import timezone

from accounts.addresses import email_key
from accounts.flows import factors, verification
from accounts.models import KnownAddress, KnownDevice, Lockout, MailLink, User
from accounts.privacy.holders import Held, Holder

_PROFILE = ("id", "email", "name", "language", "is_active", "is_staff", "is_superuser")
_TIMES = ("last_login", "erase_at", "created_at", "updated_at")


def tombstone(user: User) -> str:
    """Return the address that stands for an erased person: it leads nowhere (RFC 2606)."""
    return f"erased-{user.pk}@erased.invalid"


def _export_profile(user: User) -> Held:
    return {
        **{name: getattr(user, name) for name in (*_PROFILE, *_TIMES)},
        "has_password": user.has_usable_password(),
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": list(user.user_permissions.values_list("codename", flat=True)),
    }


def _erase_profile(user: User) -> None:
    """Leave a tombstone: anonymous, shut, and never to be opened again."""
    address, now = tombstone(user), timezone.now()
    user.groups.clear()
    user.user_permissions.clear()
    unusable = User(pk=user.pk)
    unusable.set_unusable_password()
    User.objects.filter(pk=user.pk).update(
        email=address,
        email_key=email_key(address),
        name="",
        language="",
        password=unusable.password,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        epoch=F("epoch") + 1,
        erase_at=None,
        erased_at=now,
        updated_at=now,
    )


def _addresses(user: User) -> Held:
    return verification.addresses_of(user)


def _factors(user: User) -> Held:
    return [asdict(factor) for factor in factors.factors_of(user)]


def _rows(
    of: Callable[[User], Any],
    *fields: str,
) -> Callable[[User], Held]:
    """Return an export of these fields of a person's rows."""
    return lambda user: list(of(user).values(*fields))


def _delete(of: Callable[[User], Any]) -> Callable[[User], None]:
    def erase(user: User) -> None:
        of(user).delete()

    return erase


def _known_addresses(user: User) -> Any:
    return KnownAddress.objects.filter(user=user)


def _known_devices(user: User) -> Any:
    return KnownDevice.objects.filter(user=user)


def _links(user: User) -> Any:
    return MailLink.objects.filter(user=user)


def _lockouts(user: User) -> Any:
    return Lockout.objects.filter(email_key=user.email_key)


def _console_log(user: User) -> Any:
    return LogEntry.objects.filter(user=user)


HOLDERS = (
    Holder(
        "accounts.profile",
        ("accounts.User", "accounts.User_groups", "accounts.User_user_permissions"),
        _export_profile,
        _erase_profile,
    ),
    Holder(
        "accounts.addresses",
        ("account.EmailAddress", "account.EmailConfirmation"),  # the latter cascades
        _addresses,
        verification.forget,
    ),
    Holder(
        "accounts.second_factors",
        ("mfa.Authenticator",),
        _factors,
        factors.remove_all,
    ),
    Holder(
        "accounts.known_addresses",
        ("accounts.KnownAddress",),
        _rows(_known_addresses, "ip", "last_used_at"),
        _delete(_known_addresses),
    ),
    Holder(
        "accounts.known_devices",
        ("accounts.KnownDevice",),
        _rows(_known_devices, "last_used_at"),
        _delete(_known_devices),
    ),
    Holder(
        "accounts.mail_links",
        ("accounts.MailLink",),
        _rows(_links, "purpose", "email_key", "created_at", "expires_at", "claimed_at"),
        _delete(_links),
    ),
    Holder(
        "accounts.lockouts",
        ("accounts.Lockout",),
        _rows(_lockouts, "ip", "locked_until", "created_at"),
        _delete(_lockouts),
    ),
    Holder(
        "accounts.console_log",
        ("admin.LogEntry",),
        _rows(_console_log, "action_time", "object_repr"),
        _delete(_console_log),
    ),
)
