"""Who somebody is: making users, changing their names and passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import addresses, names, passwords
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import User
from accounts.services import inviting
from accounts.services.authority import (
    require_person,
    require_self_or_superuser,
    require_superuser,
)
from accounts.signals import credentials_changed
from config.errors import InvalidInput, NotFound


@dataclass(frozen=True)
class NewUser:
    """What is known of a user to be made; without a password none is usable.

    With `send_invite` they are mailed a link by which to choose one.
    """

    email: str
    password: str | None = None
    name: str = ""
    is_superuser: bool = False
    is_staff: bool = False
    verified: bool = False
    send_invite: bool = False


def create_user(
    new: NewUser,
    *,
    acting_user: User | None,
) -> User:
    """Make a user on somebody's behalf; no service makes an operator.

    Raises `Forbidden`, `InvalidInput` (also for an invitation beside a password),
    `PasswordRefused`, `EmailTaken`, and `TooManyRequests` where the address has been
    mailed too many invitations.
    """
    require_superuser(acting_user)
    if new.is_superuser or new.is_staff:
        require_person(acting_user)
    if new.send_invite and new.password is not None:
        raise InvalidInput.at(
            "send_invite",
            detail="Give a password or have an invitation sent, not both.",
        )
    user = prepare(new)
    if new.send_invite:
        inviting.count(user)
    action = Action.SUPERUSER_CREATED if new.is_superuser else Action.USER_CREATED
    with once_per_address(user.email_key), transaction.atomic():
        store(user, verified=new.verified)
        record(action, acting=acting_user, target=user)
        if new.send_invite:
            inviting.mail(user, made=True, proven=new.verified)
    return user


def user_of(email: str) -> User:
    """Return the user of an address however it is spelled; raises `NotFound`."""
    try:
        return User.objects.get(email_key=addresses.email_key(email), erased_at=None)
    except (User.DoesNotExist, ValueError):
        raise NotFound("No user has this e-mail address.") from None


def prepare(new: NewUser) -> User:
    """Return the user, checked and with the password hashed, not yet stored.

    Never call this in a transaction: a hash takes a third of a second.
    """
    try:
        shown = addresses.display(new.email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    called = names.cleaned(new.name)
    if new.password is not None:
        passwords.validate(new.password, user_email=shown, name=called)
    return User(
        email=shown,
        email_key=addresses.email_key(shown),
        name=called,
        password=make_password(new.password),
        is_superuser=new.is_superuser,
        is_staff=new.is_staff or new.is_superuser,
    )


@contextmanager
def once_per_address(key: str) -> Iterator[None]:
    """Turn the unique key's refusal (somebody was faster) into `EmailTaken`."""
    try:
        yield
    except IntegrityError as error:
        if User.objects.filter(email_key=key).exists():
            raise EmailTaken from error
        raise


def store(
    user: User,
    *,
    verified: bool,
) -> None:
    """Write a prepared user and their address, in the caller's transaction."""
    if verification.is_filed(user.email_key):
        raise EmailTaken
    user.save(force_insert=True)
    verification.file(user, verified=verified)


def change_profile(
    user: User,
    *,
    name: str | None = None,
    language: str | None = None,
    acting_user: User | None,
) -> User:
    """Change what somebody is called, and the language they are written in.

    `language` is a tag of `LANGUAGES`, or "" for the browser's. None stays as it is.
    Raises `Forbidden`, `InvalidInput`.
    """
    require_self_or_superuser(user, acting_user)
    wanted: dict[str, str] = {}
    if name is not None:
        wanted["name"] = names.cleaned(name)
    if language is not None:
        wanted["language"] = _language(language)
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        changed = [n for n, value in wanted.items() if getattr(stored, n) != value]
        if changed:
            mine = User.objects.filter(pk=user.pk)
            mine.update(**wanted, updated_at=timezone.now())
            record(
                Action.USER_CHANGED,
                acting=acting_user,
                target=user,
                details={"changed": changed},
            )
    user.refresh_from_db()
    return user


def _language(tag: str) -> str:
    known = [tag for tag, _ in settings.LANGUAGES]
    if tag and tag not in known:
        raise InvalidInput.at(
            "language", detail=f"Expected one of {', '.join(known)}, or nothing."
        )
    return tag


def change_password(
    user: User,
    *,
    new_password: str,
    keep_login: UUID | None,
    acting_user: User | None,
    epoch: int | None = None,
) -> User:
    """Set a password; every login ends but `keep_login`, and the owner is written to.

    Whoever changes their own gives the `epoch` that `flows.reauthenticate` returned: of
    two who prove the old password at once, one changes it. Raises `Forbidden`,
    `PasswordRefused` (at `new_password`), and `InvalidCredentials` for the other.
    """
    require_self_or_superuser(user, acting_user)
    passwords.validate(
        new_password, user_email=user.email, name=user.name, field="new_password"
    )
    hashed = make_password(new_password)
    with transaction.atomic():
        mine = User.objects.filter(pk=user.pk)
        if epoch is not None:
            mine = mine.filter(epoch=epoch, is_active=True)
        if not mine.update(
            password=hashed, epoch=F("epoch") + 1, updated_at=timezone.now()
        ):
            raise InvalidCredentials("The password was changed meanwhile.")
        user.refresh_from_db()
        reason = Action.PASSWORD_CHANGED
        record(reason, acting=acting_user, target=user)
        links.void(user, *links.PASSWORD, Purpose.CHANGE_EMAIL)
        letters.notify("password-changed", user)
        credentials_changed.send(
            User,
            user=user,
            acting_user=acting_user,
            reason=reason,
            keep_login=keep_login,
        )
    return user
