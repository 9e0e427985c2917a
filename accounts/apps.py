"""The accounts app."""

from django.apps import AppConfig
from typing_extensions import override


class AccountsConfig(AppConfig):
    """Who you are."""

    name = "accounts"
    verbose_name = "Accounts"

    @override
    def ready(self) -> None:
        from accounts import checks, limits, lockouts  # noqa: F401
        from accounts.api import idempotency
        from accounts.flows import confirmation
        from accounts.mail import links
        from accounts.outbox import housekeeping
        from accounts.services import devices

        housekeeping.register(limits.purge)
        housekeeping.register(lockouts.purge)
        housekeeping.register(idempotency.purge)
        housekeeping.register(confirmation.purge)
        housekeeping.register(links.purge)
        housekeeping.register(devices.purge)
