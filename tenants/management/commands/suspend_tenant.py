"""`manage.py suspend-tenant`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.tenants import suspend_tenant, tenant_of


class Command(OperatorCommand):
    """Shut a tenant: its sessions end, and nothing mints."""

    help = "Shut a tenant: its sessions end, and nothing mints."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        tenant = suspend_tenant(tenant_of(options["slug"]), acting_user=None)
        return {
            "id": str(tenant.pk),
            "slug": tenant.slug,
            "suspended_at": tenant.suspended_at,
        }
