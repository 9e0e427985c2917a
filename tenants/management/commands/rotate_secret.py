"""`manage.py rotate-secret`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.applications import application_of
from tenants.services.secrets import OVERLAP_SECONDS, rotate_secret


class Command(OperatorCommand):
    """Issue a client secret and print it, once; older ones lapse after the overlap."""

    help = "Issue a client secret and print it, once; older ones lapse."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client_id", metavar="CLIENT_ID")
        parser.add_argument(
            "--overlap",
            type=int,
            default=OVERLAP_SECONDS,
            metavar="SECONDS",
            help="how long the older secrets still work (a day)",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        application = application_of(options["client_id"])
        issued = rotate_secret(
            application, overlap=options["overlap"], acting_user=None
        )
        return {
            "id": str(issued.row.pk),
            "client_id": application.client_id,
            "client_secret": issued.clear,
        }
