"""Client secrets: random, shown once, stored as SHA-256, several live at once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from config.errors import Conflict, InvalidInput, NotFound
from tenants.errors import InvalidClient
from tenants.models import Application, ApplicationSecret
from tenants.permissions import require_application
from tenants.services import lean

OVERLAP_SECONDS = 86400
MAX_OVERLAP_SECONDS = 90 * 86400
MOST_LIVE = 10
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class IssuedSecret:
    """A fresh secret: `clear` is shown once and stands nowhere."""

    row: ApplicationSecret
    clear: str


def issue(
    application: Application,
    *,
    acting_user: User | None,
) -> IssuedSecret:
    """Store a fresh secret in the caller's transaction; the others stay as they are."""
    clear = f"ntts_{secrets.token_urlsafe(32)}"
    row = ApplicationSecret.objects.create(
        application=application, digest=_digest(clear), hint=clear[-4:]
    )
    record(
        Action.SECRET_CREATED,
        acting=acting_user,
        target=application,
        tenant_id=application.tenant_id,
        outcome=f"client secret ...{row.hint} created",
    )
    return IssuedSecret(row, clear)


def rotate_secret(
    application: Application,
    *,
    acting_user: User | None,
    overlap: int = OVERLAP_SECONDS,
) -> IssuedSecret:
    """Issue a secret; the older ones work `overlap` seconds more, at most.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, and `Conflict` for an application that
    cannot keep a secret or proves itself by a key, or that has ten live ones.
    """
    require_application(acting_user, application)
    if not application.is_confidential:
        raise Conflict("A public application has no secret.")
    if application.signs_with_key:
        raise Conflict("An application that signs with its own key has no secret.")
    if not 0 <= overlap <= MAX_OVERLAP_SECONDS:
        raise InvalidInput.at(
            "overlap", detail=f"Expected 0 to {MAX_OVERLAP_SECONDS} seconds."
        )
    with transaction.atomic():
        until = timezone.now() + timedelta(seconds=overlap)
        longer = Q(expires_at=None) | Q(expires_at__gt=until)
        older = ApplicationSecret.objects.filter(application=application)
        older.filter(longer).update(expires_at=until)
        live = older.filter(revoked_at=None, expires_at__gt=timezone.now())
        if live.count() >= MOST_LIVE:
            raise Conflict("Ten secrets are live: revoke those that are not used.")
        return issue(application, acting_user=acting_user)


def revoke_secret(
    application: Application,
    *,
    secret_id: UUID,
    acting_user: User | None,
) -> None:
    """Refuse one secret from now on; a second time does nothing.

    Raises `NotFound` for a secret that the application does not have.
    """
    require_application(acting_user, application)
    mine = ApplicationSecret.objects.filter(application=application, pk=secret_id)
    row = mine.first()
    if row is None:
        raise NotFound("There is no such secret.")
    with transaction.atomic():
        if mine.filter(revoked_at=None).update(revoked_at=timezone.now()):
            record(
                Action.SECRET_REVOKED,
                acting=acting_user,
                target=application,
                tenant_id=application.tenant_id,
                outcome=f"client secret ...{row.hint} revoked",
            )


def authenticate_secret(
    client_id: str,
    secret: str,
) -> Application:
    """Return the live application whose live secret this is; raises `InvalidClient`.

    A secret from before an application chose `private_key_jwt` is refused.
    """
    digest, found = _digest(secret), None
    for held in lean.live_secrets(client_id, lately=_USED_EVERY):
        if constant_time_compare(held.digest, digest):
            found = held
    if found is None:
        raise InvalidClient
    application = found.application
    if not application.is_confidential:
        raise InvalidClient
    if not found.used_lately:
        _note_use(found.id)
    return application


def _note_use(secret_id: UUID) -> None:
    """Note when a secret was used, once a minute: not every call writes."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_EVERY)
    ApplicationSecret.objects.filter(stale, pk=secret_id).update(last_used_at=now)


def _digest(clear: str) -> str:
    return hashlib.sha256(clear.encode("utf-8", "surrogatepass")).hexdigest()
