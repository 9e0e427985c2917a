"""What social holds about people: who they are at other providers."""

from accounts.models import User
from accounts.privacy.holders import Held, Holder
from social.services import identities


def _export(user: User) -> Held:
    return [
        {
            "connection": identity.connection.provider_id,
            "subject": identity.subject,
            "email": identity.email,
            "name": identity.name,
            "created_at": identity.created_at,
            "last_used_at": identity.last_used_at,
        }
        for identity in identities.of_user(user)
    ]


HOLDERS = (
    Holder("social.identities", ("social.Identity",), _export, identities.forget),
)
