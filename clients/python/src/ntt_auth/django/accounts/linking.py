"""The Django user of a person, made at first sight."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from ntt_auth.django.accounts.models import Account
from ntt_auth.django.models import Person


def user_of(person: Person) -> Any:
    """Return the linked user, who may be inactive."""
    return _linked(person) or _made(person)


def _linked(person: Person) -> Any:
    found = Account.objects.select_related("user").filter(person=person).first()
    return found.user if found else None


def _made(person: Person) -> Any:
    """Make a user without a password, whose name no sign-up form can have taken for it."""
    model: Any = get_user_model()
    given = {model.USERNAME_FIELD: person.identity}
    if hasattr(model, "email") and model.USERNAME_FIELD != "email":
        # others may look people up by it, as for a forgotten password
        given["email"] = person.email if person.email_verified else ""
    try:
        with transaction.atomic():
            user = model(**given)
            user.set_unusable_password()
            user.save()
            Account.objects.create(person=person, user=user)
            return user
    except IntegrityError:  # another request was faster
        found = _linked(person)
        if found is None:
            raise
        return found
