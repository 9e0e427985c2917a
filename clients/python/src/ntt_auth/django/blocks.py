"""Who may not come in: by word of the issuer, or of this site."""

from typing import Any

from django.apps import apps

from ntt_auth.django.models import Person
from ntt_auth.errors import Forbidden


class Blocked(Forbidden):
    """This site let them in no more; nothing of the issuer changes that."""

    code = "account_blocked"
    title = "This account is blocked at this site."
    action = "Ask whoever runs the site."


class Disabled(Forbidden):
    """The issuer disabled them, and has not said otherwise since."""

    code = "account_disabled"
    title = "This account is disabled."
    action = "Ask whoever manages the accounts."


def user_of(person: Person) -> Any:
    """Return what `request.user` is: the row, or the Django user where those are linked.

    Raises `Blocked` where the site made either of them inactive, and `Disabled`.
    """
    if not person.is_active:
        raise Blocked
    if not person.is_enabled:
        raise Disabled
    if not apps.is_installed("ntt_auth.django.accounts"):
        return person
    from ntt_auth.django.accounts.linking import user_of as linked

    user = linked(person)
    if not user.is_active:
        raise Blocked
    return user
