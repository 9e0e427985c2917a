"""What allauth's tables hold about somebody: their addresses and their second factors."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from accounts.addresses import from_wire_form
from accounts.models import User


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


def factors_of(user: User) -> list[dict[str, Any]]:
    """Return which second factors a person has; nothing that they prove themselves with."""
    rows = Authenticator.objects.filter(user=user).order_by("pk")
    return [
        {
            "type": row.type,
            "name": str(row.data.get("name", "")),
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        }
        for row in rows
    ]


def forget_addresses(user: User) -> None:
    """Remove a person's addresses: whoever signs up with one begins anew."""
    EmailAddress.objects.filter(user=user).delete()


def forget_factors(user: User) -> None:
    """Remove a person's second factors."""
    Authenticator.objects.filter(user=user).delete()
