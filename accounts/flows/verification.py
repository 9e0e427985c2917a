"""Whether an address is proven: a reading of the table in which allauth files it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from accounts.addresses import from_wire_form, wire_form
from accounts.models import User


def is_filed(
    key: str,
    *,
    but_of: UUID | None = None,
) -> bool:
    """Tell whether any account, but that one, has this address, also a second one."""
    rows = EmailAddress.objects.filter(email=wire_form(key))
    return bool(rows.exclude(user_id=but_of).exists())


def file(
    user: User,
    *,
    verified: bool,
) -> None:
    """File a new user's address, as allauth would at sign-up."""
    EmailAddress.objects.create(
        user=user, email=wire_form(user.email_key), primary=True, verified=verified
    )


def verify(user: User) -> bool:
    """File the user's own address as proven; False where it was already.

    In the caller's transaction, which holds the user's row.
    """
    if is_verified(user.pk):
        return False
    move(user)
    return True


def move(user: User) -> None:
    """File the user's present address as their only one, and proven.

    In the caller's transaction, which holds the user's row.
    """
    mine = EmailAddress.objects.filter(user=user)
    mine.filter(primary=False).delete()
    address = wire_form(user.email_key)
    if not mine.update(email=address, verified=True):
        file(user, verified=True)


def set_aside(user: User) -> None:
    """File the user's present address as their only one, and unproven.

    In the caller's transaction, which holds the user's row.
    """
    EmailAddress.objects.filter(user=user).delete()
    file(user, verified=False)


def filed(addresses: Mapping[str, str]) -> set[str]:
    """Return the keys, of `{wire form: key}`, that any account has."""
    rows = EmailAddress.objects.filter(email__in=list(addresses))
    found = set(rows.values_list("email", flat=True))
    return {key for form, key in addresses.items() if form in found}


def file_all(users: Iterable[tuple[User, bool]]) -> None:
    """File the addresses of new users at once, each with whether it is proven."""
    EmailAddress.objects.bulk_create(
        EmailAddress(
            user=user,
            email=wire_form(user.email_key),
            primary=True,
            verified=verified,
        )
        for user, verified in users
    )


def is_verified(user_id: UUID) -> bool:
    """Tell whether the user's own address is proven."""
    return bool(verified_ids([user_id]))


def verified_ids(user_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the users whose own address is proven."""
    rows = EmailAddress.objects.filter(
        user_id__in=list(user_ids), primary=True, verified=True
    )
    return set(rows.values_list("user_id", flat=True))


def with_verification(users: QuerySet[User]) -> QuerySet[User]:
    """Add `email_verified` to each user of a query."""
    proven = EmailAddress.objects.filter(
        user=OuterRef("pk"), primary=True, verified=True
    )
    return users.annotate(email_verified=Exists(proven))


def addresses_of(user: User) -> list[dict[str, Any]]:
    """Return a person's addresses as they are known (`email_key`), proven or not."""
    rows = EmailAddress.objects.filter(user=user).order_by("-primary", "pk")
    return [
        {
            "email": from_wire_form(row.email),
            "primary": row.primary,
            "verified": row.verified,
        }
        for row in rows
    ]


def forget(user: User) -> None:
    """Remove a person's addresses: whoever signs up with one begins anew."""
    EmailAddress.objects.filter(user=user).delete()
