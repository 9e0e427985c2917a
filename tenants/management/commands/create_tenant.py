"""`manage.py create-tenant`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.models import Tenant
from tenants.services.tenants import create_tenant


class Command(OperatorCommand):
    """Make a tenant; by invitation only unless said otherwise."""

    help = "Make a tenant; by invitation only unless said otherwise."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--name", help="how people call it; the slug by default")
        parser.add_argument(
            "--registration",
            choices=Tenant.Registration.values,
            default=Tenant.Registration.INVITE,
            help="who may become a member by signing in",
        )
        parser.add_argument(
            "--no-verification",
            action="store_false",
            dest="verification_required",
            help="tokens before the e-mail address is proven",
        )
        parser.add_argument(
            "--mfa-required",
            action="store_true",
            help="its members sign in with a second factor",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        slug = options["slug"]
        tenant = create_tenant(
            slug,
            name=slug if options["name"] is None else options["name"],
            registration=options["registration"],
            verification_required=options["verification_required"],
            mfa_required=options["mfa_required"],
            acting_user=None,
        )
        return {
            "id": str(tenant.pk),
            "slug": tenant.slug,
            "name": tenant.name,
            "registration": tenant.registration,
            "verification_required": tenant.verification_required,
            "mfa_required": tenant.mfa_required,
        }
