"""`manage.py restart-feed`: after restoring a database, make followers begin again."""

from typing import Any

from typing_extensions import override

from config.commands import OperatorCommand
from tokens.services import feed


class Command(OperatorCommand):
    """Give the revocation feed a new id."""

    help = "Restart the revocation feed (after a database was restored)."

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        return {"feed_id": feed.restart_feed(acting_user=None)}
