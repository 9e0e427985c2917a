"""Keeping the mirror in step with the issuer, from wherever its word comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from django.db import connections, router
from django.db.models import Q

from ntt_auth.django import blocks, conf
from ntt_auth.django.models import NAME_LENGTH, Person, identity_of
from ntt_auth.principals import Principal

_GONE = ("user.disabled", "user.deleted", "user.erased")
_FIELDS = ("email", "email_verified", "name")


@dataclass(frozen=True)
class Said:
    """What the issuer said of somebody, and when. None: it said nothing of that."""

    sub: str
    at: datetime
    email: str | None = None
    email_verified: bool | None = None
    name: str | None = None
    tenant: str | None = None
    is_enabled: bool | None = None


def person_of(principal: Principal) -> Person | None:
    """Return the row of whom a verified token speaks for, made at first sight.

    None for a service, which is no person. Safe where two requests see somebody first.
    Raises `Blocked` and `Disabled` of whom the site or the issuer keeps out.
    """
    if principal.is_service:
        return None
    issuer = conf.options().issuer
    found = blocks.let_in(issuer, principal)
    if found is None:
        _insert(principal.sub, tenant=principal.tenant)
        found = Person.objects.get(identity=identity_of(issuer, principal.sub))
    return found


def keep(said: Said) -> Person:
    """Bring a row in step, or make it. A word older than the last one changes nothing."""
    issuer = conf.options().issuer
    told = {
        "email": None if said.email is None else said.email[:320],
        "email_verified": said.email_verified,
        "name": None if said.name is None else said.name[:NAME_LENGTH],
        "tenant": said.tenant,
        "is_enabled": said.is_enabled,
    }
    known = {name: value for name, value in told.items() if value is not None}
    rows = Person.objects.filter(identity=identity_of(issuer, said.sub))
    # one statement: of two words at once the later one stands
    older = rows.filter(Q(synced_at=None) | Q(synced_at__lte=said.at))
    if not older.update(synced_at=said.at, **known):
        if not rows.exists():
            _insert(said.sub, tenant=said.tenant)
        # again in any case: it may have come into being since
        older.update(synced_at=said.at, **known)
    return rows.get()


def from_claims(claims: Mapping[str, Any]) -> Said:
    """Return what a verified ID token says."""
    return Said(
        sub=claims["sub"],
        at=datetime.fromtimestamp(claims["iat"], timezone.utc),
        email=_text(claims.get("email")),
        email_verified=_flag(claims.get("email_verified")),
        name=_text(claims.get("name")),
        tenant=_text(claims.get("tenant")),
        is_enabled=True,
    )


def from_user(
    user: Mapping[str, Any],
    at: datetime,
) -> Said:
    """Return what the management API says of a user."""
    return Said(
        sub=str(user["id"]),
        at=at,
        is_enabled=user.get("is_active"),
        **{name: user.get(name) for name in _FIELDS},
    )


def keep_in_step(event: Mapping[str, Any]) -> Person | None:
    """Apply a verified webhook: `{type, timestamp, data: {id, email, ...}}`.

    Of `user.*` events alone; others return None. `user.disabled` and `user.deleted` make
    the row a disabled one: it stays, as foreign keys point at it.
    """
    kind, data = event.get("type"), event.get("data")
    if not str(kind).startswith("user.") or not isinstance(data, Mapping):
        return None
    if not isinstance(data.get("id"), str):
        return None
    # 3.10 reads no Z
    at = datetime.fromisoformat(str(event["timestamp"]).replace("Z", "+00:00"))
    told = dict(data)
    if kind in _GONE:
        told["is_active"] = False
    return keep(from_user(told, at))


def retire(
    seen: set[str],
    began: datetime,
) -> int:
    """Mark as disabled whom a whole listing that `began` then did not name."""
    issuer = conf.options().issuer
    rows = Person.objects.filter(issuer=issuer, is_enabled=True)
    # who came meanwhile was not yet there to be listed
    older = rows.filter(Q(synced_at=None) | Q(synced_at__lt=began))
    gone = [pk for pk, sub in older.values_list("pk", "sub") if sub not in seen]
    for start in range(0, len(gone), 500):
        part = Person.objects.filter(pk__in=gone[start : start + 500])
        part.update(is_enabled=False, synced_at=began)
    return len(gone)


def _insert(
    sub: str,
    *,
    tenant: str | None,
) -> None:
    """Insert a row, or leave the one of whoever was faster.

    Not by `get_or_create`: in a transaction MySQL leaves all who lost with a lock that
    they share, and ends all but one of them by a deadlock when they write next.
    """
    issuer = conf.options().issuer
    row = Person(
        identity=identity_of(issuer, sub), issuer=issuer, sub=sub, tenant=tenant or ""
    )
    features = connections[router.db_for_write(Person)].features
    names_it = features.supports_update_conflicts_with_target
    Person.objects.bulk_create(
        [row],
        update_conflicts=True,
        update_fields=["identity"],
        unique_fields=["identity"] if names_it else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
