"""Who may not come in: by word of the issuer, or of this site."""

from typing import Any

from django.apps import apps

from ntt_auth.django.models import Person, identity_of
from ntt_auth.errors import Forbidden
from ntt_auth.principals import Principal


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
    _check(person)
    if not _are_linked():
        return person
    from ntt_auth.django.accounts.linking import user_of as linked

    user = linked(person)
    if not user.is_active:
        raise Blocked
    return user


def let_in(
    issuer: str,
    principal: Principal,
) -> Person | None:
    """Return the row of whom a verified Bearer token speaks for, by one query.

    None for a service, and for who was never seen here. Raises `Blocked` and `Disabled`
    as a sign-in does: 403, as another token would not help (RFC 6750 section 3.1).
    """
    if principal.is_service:
        return None
    rows = Person.objects.filter(identity=identity_of(issuer, principal.sub))
    are_linked = _are_linked()
    if are_linked:
        rows = rows.select_related("account__user")
    person = rows.first()
    if person is None:
        return None
    _check(person)
    account = getattr(person, "account", None) if are_linked else None
    if account is not None and not account.user.is_active:
        raise Blocked
    return person


def _check(person: Person) -> None:
    if not person.is_active:
        raise Blocked
    if not person.is_enabled:
        raise Disabled


def _are_linked() -> bool:
    return apps.is_installed("ntt_auth.django.accounts")
