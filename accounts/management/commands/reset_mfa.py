"""`manage.py reset-mfa`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from accounts.services import reset_factors
from accounts.services.users import user_of
from config.commands import OperatorCommand


class Command(OperatorCommand):
    """Take all second factors of somebody who lost them away; their logins end."""

    help = "Take all second factors of somebody who lost them away; their logins end."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        user = user_of(options["email"])
        removed = reset_factors(user, acting_user=None)
        return {"id": str(user.pk), "email": user.email, "removed": removed}
