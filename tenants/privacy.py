"""What tenants holds about people: where they are members."""

from accounts.models import User
from accounts.privacy.holders import Held, Holder
from tenants.models import Membership


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


HOLDERS = (
    Holder(
        "tenants.memberships",
        ("tenants.Membership", "tenants.Membership_roles"),
        _export,
        _erase,
    ),
)
