"""`manage.py resume-application`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.services.applications import application_of, resume_application


class Command(OperatorCommand):
    """Open a suspended application; what ended stays ended."""

    help = "Open a suspended application; what ended stays ended."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client_id", metavar="CLIENT_ID")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        found = application_of(options["client_id"])
        application = resume_application(found, acting_user=None)
        return {
            "id": str(application.pk),
            "client_id": application.client_id,
            "suspended_at": application.suspended_at,
        }
