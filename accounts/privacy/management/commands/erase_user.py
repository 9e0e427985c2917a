"""`manage.py erase-user`."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from typing_extensions import override

from accounts.models import User
from accounts.privacy.services import erase_user
from accounts.services.users import user_of
from config.commands import OperatorCommand
from config.errors import NotFound


class Command(OperatorCommand):
    """Erase a person now: asks first, unless `--yes` is given."""

    help = "Erase a person and all that is held about them. This cannot be undone."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", metavar="EMAIL|ID")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        user = _found(options["who"])
        if not options["yes"] and not _confirmed(user):
            raise CommandError("nothing was erased")
        erased = erase_user(user, acting_user=None)
        return {"id": str(erased.pk), "erased_at": erased.erased_at}


def _found(who: str) -> User:
    try:
        user = User.objects.filter(pk=UUID(who), erased_at=None).first()
    except ValueError:
        return user_of(who)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def _confirmed(user: User) -> bool:
    try:
        typed = input(f"Erase {user.email} for good? Type the address to confirm: ")
    except EOFError:
        return False
    return typed.strip() == user.email
