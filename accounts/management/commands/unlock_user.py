"""`manage.py unlock-user`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from accounts.services import lift_lockouts
from config.commands import OperatorCommand


class Command(OperatorCommand):
    """Lift the lockouts of an address, whether or not anybody has it."""

    help = "Lift the lockouts of an address, whether or not anybody has it."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        lifted = lift_lockouts(options["email"], acting_user=None)
        return {"email": options["email"], "lifted": lifted}
