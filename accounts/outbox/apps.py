"""The outbox app."""

from django.apps import AppConfig
from typing_extensions import override


class OutboxConfig(AppConfig):
    """A nested app of accounts."""

    name = "accounts.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    @override
    def ready(self) -> None:
        from accounts.outbox import housekeeping, mailbox

        housekeeping.register(housekeeping.purge_deliveries)
        housekeeping.register(housekeeping.purge_workers)
        housekeeping.register(mailbox.wipe)
        housekeeping.register(housekeeping.purge_browser_sessions)
