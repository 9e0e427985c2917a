"""What tenants holds about people: where they are members, and invitations."""

from typing import Any

from django.db.models import Q

from accounts.audit.models import Event
from accounts.models import User
from accounts.privacy.holders import Held, Holder
from accounts.privacy.identifiers import ERASED, identifiers_of
from tenants.models import Invitation, Membership


def _export(user: User) -> Held:
    mine = Membership.objects.filter(user=user).select_related("tenant")
    return [
        {
            "tenant": membership.tenant.slug,
            "roles": sorted(role.name for role in membership.roles.all()),
            "expires_at": membership.expires_at,
            "suspended_at": membership.suspended_at,
            "created_at": membership.created_at,
        }
        for membership in mine.prefetch_related("roles")
    ]


def _erase(user: User) -> None:
    Membership.objects.filter(user=user).delete()


def _invitations_to(user: User) -> Any:
    """Return the invitations to a person's addresses, and what they accepted."""
    keys = [address.casefold() for address in identifiers_of(user).addresses]
    return Invitation.objects.filter(Q(email_key__in=keys) | Q(accepted_by=user))


def _export_invitations(user: User) -> Held:
    """Return what a person was sent, and that they invited others, not whom."""
    received = _invitations_to(user).select_related("tenant")
    sent = Invitation.objects.filter(invited_by=user).select_related("tenant")
    return {
        "received": [
            {
                "tenant": invitation.tenant.slug,
                "email": invitation.email,
                "roles": sorted(role.name for role in invitation.roles.all()),
                "state": invitation.state,
                "created_at": invitation.created_at,
                "expires_at": invitation.expires_at,
                "accepted_at": invitation.accepted_at,
            }
            for invitation in received.prefetch_related("roles")
        ],
        "sent": [
            {"tenant": invitation.tenant.slug, "created_at": invitation.created_at}
            for invitation in sent
        ],
    }


def _erase_invitations(user: User) -> None:
    """Remove what a person was sent and mask it in the trail; forget who invited others."""
    received = [str(pk) for pk in _invitations_to(user).values_list("pk", flat=True)]
    told = Event.objects.filter(target_type="invitation", target_id__in=received)
    told.mask(target_label=ERASED)
    Invitation.objects.filter(pk__in=received).delete()
    Invitation.objects.filter(invited_by=user).update(invited_by=None)


HOLDERS = (
    Holder(
        "tenants.memberships",
        ("tenants.Membership", "tenants.Membership_roles"),
        _export,
        _erase,
    ),
    Holder(
        "tenants.invitations",
        ("tenants.Invitation", "tenants.Invitation_roles"),
        _export_invitations,
        _erase_invitations,
    ),
)
