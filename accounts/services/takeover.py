"""An account that somebody made with an address not theirs, and its owner's arrival.

Whoever proves the address has the account, and its maker keeps nothing of it.
"""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import names
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.flows import verification
from accounts.flows.factors import remove_all
from accounts.mail import letters, links
from accounts.models import User
from accounts.services.users import NewUser, once_per_address, prepare, store
from accounts.signals import credentials_changed, taken_over
from config.errors import InvalidInput


def take_over(person: User) -> None:
    """Leave whoever made an account with an address not theirs no way back into it.

    In the caller's transaction, which holds the person's row and gives them a password,
    or none. Memberships stay: who gave them meant the owner of the address.
    """
    removed = remove_all(person)
    person.known_addresses.all().delete()
    person.known_devices.all().delete()
    links.void(person)
    User.objects.filter(pk=person.pk).update(name="")
    verification.verify(person)
    taken_over.send(User, user=person)
    record(Action.EMAIL_VERIFIED, acting=person, target=person)
    record(
        Action.TAKEN_OVER, acting=person, target=person, details={"factors": removed}
    )


def make_vouched(
    *,
    email: str,
    name: str,
) -> User:
    """Make an account for somebody whose address a provider vouched for; no password.

    A name that nobody may have is left out. In the caller's transaction or without one;
    raises `EmailTaken`, `InvalidInput` for what is no address.
    """
    user = prepare(NewUser(email=email, name=_fit(name)))
    with once_per_address(user.email_key), transaction.atomic():
        store(user, verified=True)
        record(Action.USER_REGISTERED, acting=user, target=user)
    return user


def take_over_vouched(
    user: User,
    *,
    name: str,
) -> User:
    """Give an unproven account to the owner of its address, whom a provider vouched for.

    `user` as they were read before. Nothing of its maker stays: no password, factor, login,
    consent, link or name. Raises `EmailTaken` where the address was proven meanwhile, and
    `InvalidCredentials` where the account changed, was disabled, or is an operator's.
    """
    with transaction.atomic():
        rows = User.objects.select_for_update()
        mine = rows.filter(pk=user.pk, epoch=user.epoch, is_active=True)
        person = mine.filter(is_staff=False, is_superuser=False).first()
        if person is None:
            raise InvalidCredentials
        if verification.is_verified(person.pk):
            raise EmailTaken
        take_over(person)
        User.objects.filter(pk=person.pk).update(
            name=_fit(name),
            password=make_password(None),
            epoch=F("epoch") + 1,
            updated_at=timezone.now(),
        )
        person.refresh_from_db()
        letters.write_to("taken-over", person)
        credentials_changed.send(
            User,
            user=person,
            acting_user=person,
            reason=Action.TAKEN_OVER,
            keep_login=None,
        )
    return person


def _fit(name: str) -> str:
    try:
        return names.cleaned(name)
    except InvalidInput:
        return ""
