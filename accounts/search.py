"""Finding people by what an operator types."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.addresses import email_key
from accounts.models import User


def by_address(
    term: str,
    *fields: str,
) -> Q:
    """Return the condition that one of these `email_key` columns begins with `term`.

    A whole address is normalised as at sign-in, so that every spelling finds its owner;
    the beginning of one as far as that goes. Prefixes only: they can use the index.
    """
    try:
        wanted = email_key(term)
    except ValueError:
        wanted = term.strip().casefold()
    found = Q()
    for name in fields:
        found |= Q(**{f"{name}__startswith": wanted})
    return found


def users_matching(
    users: QuerySet[User],
    *,
    email: str | None,
    text: str | None,
) -> QuerySet[User]:
    """Narrow `users` to one address, and to an id, or the beginning of address or name."""
    if email is not None:
        try:
            users = users.filter(email_key=email_key(email))
        except ValueError:
            users = users.none()
    if text is not None:
        try:
            users = users.filter(pk=UUID(text))
        except ValueError:
            begins = by_address(text, "email_key") | Q(name__istartswith=text)
            users = users.filter(begins)
    return users
