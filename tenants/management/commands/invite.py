"""`manage.py invite`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services import invitations
from tenants.services.roles import named
from tenants.services.tenants import tenant_of


class Command(OperatorCommand):
    """Mail an invitation to become a member of a tenant; the link is in the mail only."""

    help = "Mail an invitation to become a member of a tenant."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", metavar="TENANT")
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", action="append", default=[], dest="roles")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        tenant = tenant_of(options["tenant"])
        invitation = invitations.invite(
            tenant,
            options["email"],
            roles=named(tenant, options["roles"]),
            acting_user=None,
        )
        return {
            "id": str(invitation.pk),
            "email": invitation.email,
            "tenant": tenant.slug,
            "roles": sorted(role.name for role in invitation.roles.all()),
            "expires_at": invitation.expires_at.isoformat(),
        }
