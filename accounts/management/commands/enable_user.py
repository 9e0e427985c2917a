"""`manage.py enable-user`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from accounts.services import enable_user
from accounts.services.users import user_of
from config.commands import OperatorCommand


class Command(OperatorCommand):
    """Let a disabled user in again."""

    help = "Let a disabled user in again."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        user = enable_user(user_of(options["email"]), acting_user=None)
        return {"id": str(user.pk), "email": user.email, "is_active": user.is_active}
