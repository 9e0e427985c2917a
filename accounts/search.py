"""Finding people by what an operator types."""

from django.db.models import Q

from accounts.addresses import email_key


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
