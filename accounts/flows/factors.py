"""The factors that a person has: a reading of the table in which allauth keeps them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from accounts.flows.second_factor import PASSKEY, RECOVERY_CODE, TOTP
from accounts.models import User
from config.errors import NotFound

_NAMES = {
    Authenticator.Type.TOTP: TOTP,
    Authenticator.Type.WEBAUTHN: PASSKEY,
    Authenticator.Type.RECOVERY_CODES: RECOVERY_CODE,
}
_IDS = uuid.UUID("5f1e7a3e-64c8-5a0c-9a58-0b8f3f0e7a11")


@dataclass(frozen=True)
class Factor:
    """One factor, without its secret; `codes_left` for recovery codes only."""

    id: UUID
    method: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    codes_left: int | None = None


def factors_of(user: User) -> list[Factor]:
    """Return a person's factors, oldest first."""
    return [_told(row) for row in _rows(user)]


def factor_of(
    user: User,
    factor_id: UUID,
) -> Factor:
    """Return one of a person's factors; raises `NotFound`."""
    return _told(_found(user, factor_id))


def rename(
    user: User,
    factor_id: UUID,
    *,
    name: str,
) -> Factor:
    """Name a passkey; raises `NotFound` for anything else."""
    row = _found(user, factor_id)
    if row.type != Authenticator.Type.WEBAUTHN:
        raise NotFound("Only a passkey has a name.")
    row.data["name"] = name
    row.save(update_fields=["data"])
    return _told(row)


def remove(
    user: User,
    factor_id: UUID,
) -> Factor:
    """Remove a factor; with the last one the recovery codes go too. Raises `NotFound`."""
    row = _found(user, factor_id)
    told = _told(row)
    row.delete()
    if not _rows(user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        _rows(user).delete()
    return told


def remove_all(
    user: User,
    *,
    since: datetime | None = None,
) -> int:
    """Remove a person's factors, all or those set up since; returns how many.

    In the caller's transaction, which holds the user's row.
    """
    mine = _rows(user)
    if since is not None:
        mine = mine.filter(created_at__gte=since)
    count: int = mine.delete()[0]
    return count


def _rows(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Authenticator.objects.filter(user=user).order_by("pk")
    return rows


def _found(
    user: User,
    factor_id: UUID,
) -> Any:
    for row in _rows(user):
        if _id_of(row) == factor_id:
            return row
    raise NotFound("There is no such factor.")


def _id_of(row: Any) -> UUID:
    return uuid.uuid5(_IDS, str(row.pk))


def _told(row: Any) -> Factor:
    is_codes = row.type == Authenticator.Type.RECOVERY_CODES
    return Factor(
        id=_id_of(row),
        method=_NAMES[row.type],
        name=row.data.get("name", ""),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        codes_left=len(row.wrap().get_unused_codes()) if is_codes else None,
    )
