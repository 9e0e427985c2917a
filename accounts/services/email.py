"""Another address: asked for when signed in, confirmed from the new, undone from the old.

The owner of a taken address is written to instead, for the same work. A proven old
address gets a link that takes the account back (ADR 0015).
"""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import addresses, limits
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import LinkInvalid
from accounts.flows import verification
from accounts.flows.factors import remove_all
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import MailLink, User
from accounts.services.authority import require_self_or_superuser
from accounts.signals import account_disabled, credentials_changed
from config.errors import InvalidInput, Unavailable

_ROUNDS = 3


def request_change(
    user: User,
    *,
    email: str,
    acting_user: User | None,
) -> None:
    """Mail a link to the new address and a notice to the present one.

    The caller has asked for a fresh proof of who acts. Nothing tells whether the address
    is taken. Raises `Forbidden`, `InvalidInput` for no address or the present one, and
    `TooManyRequests` past the limit per person and per new address.
    """
    require_self_or_superuser(user, acting_user)
    try:
        shown = addresses.display(email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    if shown == user.email:
        raise InvalidInput.at("email", detail="This is the address already.")
    key = addresses.email_key(shown)
    limits.hit("resend_account", "changes of", str(user.pk))
    limits.hit("resend_account", "changes to", key)
    owner = User.objects.filter(email_key=key).exclude(pk=user.pk).first()
    with transaction.atomic():
        record(Action.EMAIL_CHANGE_REQUESTED, acting=acting_user, target=user)
        link = links.make(
            user, Purpose.CHANGE_EMAIL, email_key=key, data={"email": shown}
        )
        if owner is not None:
            letters.write_to("email-taken", owner)
        else:
            letters.write("email-change", to=shown, language=user.language, link=link)
        if verification.is_verified(user.pk):
            letters.write_to("email-change-notice", user)


def confirm_change(*, key: str) -> User:
    """Give the person of a mailed link the address that it was mailed to.

    Sessions go on: the change was asked for with a fresh proof. Raises `LinkInvalid`, also
    where the address was taken meanwhile.
    """
    return _retried(lambda: _change(links.claim(key, Purpose.CHANGE_EMAIL)))


def undo_change(*, key: str) -> User:
    """Give an account back to its address of before; everybody is signed out.

    Whoever changed the address knew the password: it is gone, as are factors set up since,
    and a link for a new one is mailed. Had they left, the account comes back too; what was
    registered with the address since, and never proven, gives way. Raises `LinkInvalid`,
    also where the address was proven by another meanwhile, or an operator shut the account.
    """
    return _retried(lambda: _undo(links.claim(key, Purpose.UNDO_EMAIL_CHANGE)))


def _retried(change: Callable[[], User]) -> User:
    """Make a change in one transaction; of two for one address the unique key lets one."""
    for _ in range(_ROUNDS):
        try:
            with transaction.atomic():
                return change()
        except IntegrityError:
            raise LinkInvalid from None
        except OperationalError:  # a deadlock: look again
            continue
    raise Unavailable(retry_after=1)


def _change(link: MailLink) -> User:
    person = link.user
    shown, key = person.email, person.email_key
    proven = verification.is_verified(person.pk)
    _move(person, link)
    links.void(person, *links.OVERTAKEN)
    record(Action.EMAIL_CHANGED, acting=person, target=person)
    if proven and key != person.email_key:  # an unproven one may be a stranger's
        undo = links.make(
            person, Purpose.UNDO_EMAIL_CHANGE, email_key=key, data={"email": shown}
        )
        letters.write("email-changed", to=shown, language=person.language, link=undo)
    return person


def _undo(link: MailLink) -> User:
    person = link.user
    left = not person.is_active
    if left and not _may_return(person):
        raise LinkInvalid
    _clear(link)
    back = {"is_active": True, "erase_at": None}
    _move(person, link, password=make_password(None), epoch=F("epoch") + 1, **back)
    removed = remove_all(person, since=link.created_at)
    person.known_addresses.all().delete()
    person.known_devices.all().delete()
    links.void(person, *links.OVERTAKEN)
    links.void(person, Purpose.UNDO_EMAIL_CHANGE, since=link.created_at)
    links.void(person, Purpose.CANCEL_ERASURE)
    if left:
        record(Action.ERASURE_CANCELLED, acting=person, target=person)
    reason = Action.EMAIL_CHANGE_UNDONE
    record(reason, acting=person, target=person, details={"factors": removed})
    reset = links.make(person, Purpose.RESET_PASSWORD)
    letters.write_to("email-change-undone", person, link=reset)
    credentials_changed.send(
        User, user=person, acting_user=person, reason=reason, keep_login=None
    )
    return person


def _may_return(person: User) -> bool:
    """Tell whether a person shut the account themselves; an operator voids that link."""
    ways = MailLink.objects.filter(user=person, purpose=Purpose.CANCEL_ERASURE)
    now = timezone.now()
    return ways.filter(claimed_at=None, expires_at__gt=now).exists()


def _clear(link: MailLink) -> None:
    """Shut what a stranger registered with the address since: it is erased soon.

    An undo must not be stopped by whoever moved the account away. Only what was made since
    the change, was never proven and runs nothing gives way.
    """
    since = User.objects.filter(
        email_key=link.email_key,
        created_at__gte=link.created_at,
        is_staff=False,
        is_superuser=False,
    ).exclude(pk=link.user_id)
    squatter = since.select_for_update().first()
    if squatter is None or verification.is_verified(squatter.pk):
        return
    aside = f"unproven-{squatter.pk}@unproven.invalid"
    User.objects.filter(pk=squatter.pk).update(
        email=aside,
        email_key=addresses.email_key(aside),
        is_active=False,
        erase_at=timezone.now(),
        epoch=F("epoch") + 1,
    )
    squatter.refresh_from_db()
    verification.set_aside(squatter)
    links.void(squatter)
    reason = Action.USER_DISABLED
    outcome = "its address, never proven, went back to the owner"
    record(reason, acting=link.user, target=squatter, outcome=outcome)
    account_disabled.send(User, user=squatter, acting_user=link.user, reason=reason)


def _move(
    person: User,
    link: MailLink,
    **changes: object,
) -> None:
    """Give a held person a link's address, which the link proves."""
    key = link.email_key
    others = User.objects.filter(email_key=key).exclude(pk=person.pk)
    if others.exists() or verification.is_filed(key, but_of=person.pk):
        raise LinkInvalid
    User.objects.filter(pk=person.pk).update(
        email=link.data["email"], email_key=key, updated_at=timezone.now(), **changes
    )
    person.refresh_from_db()
    verification.move(person)
