"""Who is known to a provider: connecting, using, and disconnecting again."""

import json
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import InvalidCredentials
from accounts.flows import verification
from accounts.mail import letters
from accounts.models import User
from accounts.services import entry
from accounts.services.authority import require_superuser
from config.encryption import encrypt
from config.errors import Conflict, NotFound
from social.errors import IdentityTaken, LinkRequired
from social.models import Connection, Identity
from social.upstream import Vouched

MOST = 20  # connected accounts of one person


def known(
    connection: Connection,
    vouched: Vouched,
) -> Identity | None:
    """Return who a connection's subject is here; None for nobody."""
    rows = Identity.objects.select_related("user", "connection")
    return rows.filter(connection=connection, subject=vouched.subject).first()


def note_use(
    identity: Identity,
    vouched: Vouched,
) -> None:
    """Keep what a provider told just now, to be shown.

    Tokens that are kept outlast an ID token of an app's, which brings none.
    """
    told = {"email": vouched.email, "name": vouched.name}
    if vouched.tokens or not identity.connection.keeps_tokens:
        told["tokens"] = _sealed(vouched)
    mine = Identity.objects.filter(pk=identity.pk)
    mine.update(last_used_at=timezone.now(), **told)


def link(
    user: User,
    connection: Connection,
    vouched: Vouched,
) -> Identity:
    """Connect a provider's account to one's own; the owner is written to.

    Whoever calls this has seen a fresh proof of who `user` is. Raises `IdentityTaken`,
    `LinkRequired` for an account whose address is not proven, `InvalidCredentials` for one
    that was disabled, and `Conflict` past `MOST`.
    """
    try:
        with transaction.atomic():
            person = _held(user)
            if not verification.is_verified(person.pk):
                raise LinkRequired("Verify the account's own e-mail address first.")
            mine = known(connection, vouched)
            if mine is not None and mine.user_id == person.pk:
                note_use(mine, vouched)
                return mine
            identity = connect(person, connection, vouched)
            letters.notify("identity-added", person, provider=connection.name)
            return identity
    except IntegrityError:
        raise IdentityTaken from None


def connect(
    person: User,
    connection: Connection,
    vouched: Vouched,
) -> Identity:
    """Write an identity of a held person, in the caller's transaction.

    Raises `IntegrityError` where the subject is somebody already, `Conflict` past `MOST`.
    """
    if Identity.objects.filter(user=person).count() >= MOST:
        raise Conflict(f"An account has at most {MOST} connected ones.")
    identity = Identity(
        connection=connection,
        subject=vouched.subject,
        user=person,
        email=vouched.email,
        name=vouched.name,
        tokens=_sealed(vouched),
        last_used_at=timezone.now(),
    )
    identity.save(force_insert=True)
    record(
        Action.IDENTITY_LINKED,
        acting=person,
        target=person,
        tenant_id=connection.tenant_id,
        details={"connection": connection.provider_id},
    )
    return identity


def unlink(
    user: User,
    identity_id: UUID,
) -> None:
    """Disconnect one of one's own. Raises `NotFound`, `LastWayIn`.

    Whoever calls this has seen a fresh proof of who `user` is.
    """
    with transaction.atomic():
        person = _held(user)
        mine = Identity.objects.select_related("connection").filter(user=person)
        identity = mine.filter(pk=identity_id).first()
        if identity is None:
            raise NotFound("There is no such connected account.")
        identity.delete()
        entry.require_one(person)
        _record_unlinked(identity, person, person)


def unlink_for(
    identity: Identity,
    *,
    acting_user: User | None,
) -> bool:
    """Disconnect somebody's account for them; False where that was done before.

    By a superuser, or the system, even where it was their last way to sign in: by a mailed
    link they choose a password. Their sign-ins stay. Raises `Forbidden`.
    """
    require_superuser(acting_user)
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=identity.user_id).first()
        found = Identity.objects.filter(pk=identity.pk, user=person)
        if person is None or not found.delete()[0]:
            return False
        _record_unlinked(identity, person, acting_user)
    return True


def _record_unlinked(
    identity: Identity,
    person: User,
    acting: User | None,
) -> None:
    """Put it in the trail and write to the person, in the caller's transaction."""
    connection = identity.connection
    record(
        Action.IDENTITY_UNLINKED,
        acting=acting,
        target=person,
        tenant_id=connection.tenant_id,
        details={"connection": connection.provider_id},
    )
    letters.notify("identity-removed", person, provider=connection.name)


def signs_in(user: User) -> bool:
    """Tell whether somebody could sign in by a connected account."""
    mine = Identity.objects.filter(
        user=user,
        connection__suspended_at=None,
        connection__tenant__suspended_at=None,  # also where it is everybody's
    )
    return mine.exists()


def of_user(user: User) -> list[Identity]:
    """Return somebody's connected accounts, the oldest first."""
    rows = Identity.objects.select_related("connection").filter(user=user)
    return list(rows.order_by("pk"))


def forget(user: User) -> None:
    """Remove all that somebody is connected to, in the caller's transaction."""
    Identity.objects.filter(user=user).delete()


def _held(user: User) -> User:
    """Lock a person's row to the commit. Raises `InvalidCredentials` where they ended."""
    rows = User.objects.select_for_update().filter(pk=user.pk, is_active=True)
    person = rows.first()
    if person is None:
        raise InvalidCredentials
    return person


def _sealed(vouched: Vouched) -> str:
    return encrypt(json.dumps(vouched.tokens)) if vouched.tokens else ""
