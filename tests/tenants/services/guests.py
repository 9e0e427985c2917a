"""Who is invited, and what the trail says of it."""

from typing import Any

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tenants.models import Invitation, Tenant
from tenants.services import invitations

GUEST = "Guest@example.com"
FRESH = "a quiet walk in the hills"


def invite(
    tenant: Tenant,
    email: str = GUEST,
    **traits: Any,
) -> Invitation:
    """Invite somebody, by command unless said otherwise."""
    return invitations.invite(tenant, email, **{"acting_user": None, **traits})


def told(action: Action) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=action))
