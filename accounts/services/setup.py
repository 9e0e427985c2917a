"""The one-time link with which the first superuser is made."""

import hashlib
import secrets
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.errors import SetupLinkRefused
from accounts.models import SetupLink, User
from accounts.services.authority import require_superuser
from accounts.services.users import NewUser, once_per_address, prepare, store
from config.errors import Conflict

LIFETIME = timedelta(minutes=15)


def create_setup_link(*, acting_user: User | None = None) -> str:
    """Return the token of a fresh link, valid 15 minutes; the ones before are void.

    Raises `Conflict` once there is an active superuser.
    """
    require_superuser(acting_user)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        if _is_set_up():
            raise Conflict("There is a superuser already: sign in at /admin/.")
        SetupLink.objects.filter(claimed_at=None).delete()
        link = SetupLink.objects.create(
            digest=_digest(token), expires_at=timezone.now() + LIFETIME
        )
        record(
            Action.SETUP_LINK_CREATED,
            acting=acting_user,
            target=Party("setuplink", str(link.pk), "set-up link"),
        )
    return token


def setup_path(token: str) -> str:
    """Return where the link leads, below the issuer."""
    return f"/account/setup/?token={token}"


def is_claimable(token: str) -> bool:
    """Tell whether the link would be accepted now; claims nothing."""
    return _open_links(token).exists() and not _is_set_up()


def claim_setup_link(
    *,
    token: str,
    email: str,
    password: str,
) -> User:
    """Make the first superuser. The link is used up only if that worked.

    Raises `SetupLinkRefused`, `InvalidInput`, `PasswordRefused`, `EmailTaken`.
    """
    if not is_claimable(token):  # before any work; the UPDATE below decides
        raise SetupLinkRefused
    user = prepare(NewUser(email=email, password=password, is_superuser=True))
    with once_per_address(user.email_key), transaction.atomic():
        # One at a time: of two links made at once, only one may make a superuser.
        list(SetupLink.objects.select_for_update().order_by("pk"))
        now = timezone.now()
        if not _open_links(token).update(claimed_at=now) or _is_set_up():
            raise SetupLinkRefused
        store(user, verified=True)
        link = Party("setuplink", label="set-up link")
        record(Action.SETUP_LINK_CLAIMED, acting=user, target=link)
        record(Action.SUPERUSER_CREATED, acting=user, target=user)
    return user


def _open_links(token: str) -> models.QuerySet[SetupLink]:
    return SetupLink.objects.filter(
        digest=_digest(token), claimed_at=None, expires_at__gt=timezone.now()
    )


def _is_set_up() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
