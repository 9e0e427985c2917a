"""`manage.py create-api`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.apis import create_api
from tenants.services.tenants import tenant_of


class Command(OperatorCommand):
    """Register a protected API: an audience and its scopes."""

    help = "Register a protected API: an audience and its scopes."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifier", metavar="IDENTIFIER", help="a URL or URN")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--name", help="the identifier by default")
        parser.add_argument("--scope", action="append", default=[], dest="scopes")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        identifier, name = options["identifier"], options["name"]
        api = create_api(
            identifier,
            tenant=tenant_of(options["tenant"]),
            name=identifier[:150] if name is None else name,
            scopes=[{"name": n, "description": ""} for n in options["scopes"]],
            acting_user=None,
        )
        return {
            "id": str(api.pk),
            "identifier": api.identifier,
            "tenant": api.tenant.slug,
            "scopes": api.scope_names,
        }
