"""What oidc holds about people: what they let applications have."""

from accounts.models import User
from accounts.privacy.holders import Held, Holder
from tokens.oidc.models import AuthorizationCode, Consent, DeviceCode


def _export(user: User) -> Held:
    mine = Consent.objects.filter(user=user).select_related("application")
    return [
        {
            "application": consent.application.client_id,
            "audience": consent.audience,
            "scope": consent.scope,
            "created_at": consent.created_at,
            "changed_at": consent.changed_at,
        }
        for consent in mine
    ]


def _erase(user: User) -> None:
    """Remove the consents, and the codes of a minute ago."""
    Consent.objects.filter(user=user).delete()
    AuthorizationCode.objects.filter(login__user=user).delete()
    DeviceCode.objects.filter(login__user=user).delete()


HOLDERS = (
    Holder(
        "oidc.consents",
        ("oidc.Consent", "oidc.AuthorizationCode", "oidc.DeviceCode"),
        _export,
        _erase,
    ),
)
