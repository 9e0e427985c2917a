"""`manage.py create-user`: make a user, or the next superuser."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from accounts.services import create_user
from accounts.services.users import NewUser
from config.commands import OperatorCommand

MOST_BYTES = 4096


class Command(OperatorCommand):
    """Makes a user; without `--password-stdin` no password is usable."""

    help = "Make a user. Without --password-stdin they have no usable password."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="what they are called")
        parser.add_argument(
            "--superuser", action="store_true", help="may do everything"
        )
        parser.add_argument(
            "--verified", action="store_true", help="the address is known to be theirs"
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        new = NewUser(
            email=options["email"],
            password=_password() if options["password_stdin"] else None,
            name=options["name"],
            is_superuser=options["superuser"],
            verified=options["verified"],
        )
        user = create_user(new, acting_user=None)
        return {
            "id": str(user.pk),
            "email": user.email,
            "is_superuser": user.is_superuser,
            "verified": new.verified,
        }


def _password() -> str:
    return sys.stdin.readline(MOST_BYTES).rstrip("\r\n")
