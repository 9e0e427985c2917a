"""`manage.py end-sessions EMAIL`: sign a user out everywhere."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from accounts.services import users
from config.commands import OperatorCommand
from tokens.models import Session
from tokens.services import sessions


class Command(OperatorCommand):
    """End every login and session of a user."""

    help = "Sign a user out everywhere."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        user = users.user_of(options["email"])
        live = Session.objects.live().of_user(user.pk).count()
        sessions.end_all_sessions(user, acting_user=None)
        return {"id": user.pk, "email": user.email, "ended": live}
