"""`manage.py add-member`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.memberships import add_member
from tenants.services.roles import named
from tenants.services.tenants import tenant_of


class Command(OperatorCommand):
    """Make a user a member of a tenant, with roles that exist there."""

    help = "Make a user a member of a tenant, with roles that exist there."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--role", action="append", default=[], dest="roles")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        tenant = tenant_of(options["tenant"])
        membership = add_member(
            options["email"],
            tenant=tenant,
            roles=named(tenant, options["roles"]),
            acting_user=None,
        )
        return {
            "id": str(membership.pk),
            "email": membership.user.email,
            "tenant": tenant.slug,
            "roles": sorted(role.name for role in membership.roles.all()),
        }
