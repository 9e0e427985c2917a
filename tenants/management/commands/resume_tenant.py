"""`manage.py resume-tenant`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.tenants import resume_tenant, tenant_of


class Command(OperatorCommand):
    """Open a suspended tenant; what ended stays ended."""

    help = "Open a suspended tenant; what ended stays ended."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        tenant = resume_tenant(tenant_of(options["slug"]), acting_user=None)
        return {
            "id": str(tenant.pk),
            "slug": tenant.slug,
            "suspended_at": tenant.suspended_at,
        }
