"""Whether an address is proven: a reading of the table in which allauth files it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from accounts.addresses import wire_form
from accounts.models import User


def is_filed(key: str) -> bool:
    """Tell whether any account has this address, also a second one."""
    return bool(EmailAddress.objects.filter(email=wire_form(key)).exists())


def file(
    user: User,
    *,
    verified: bool,
) -> None:
    """File a new user's address, as allauth would at sign-up."""
    EmailAddress.objects.create(
        user=user, email=wire_form(user.email_key), primary=True, verified=verified
    )


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
