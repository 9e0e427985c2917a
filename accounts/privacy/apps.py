"""The privacy app."""

from django.apps import AppConfig
from typing_extensions import override


class PrivacyConfig(AppConfig):
    """A nested app of accounts."""

    name = "accounts.privacy"
    label = "privacy"
    verbose_name = "Privacy"

    @override
    def ready(self) -> None:
        from accounts.outbox import housekeeping
        from accounts.privacy import own, traces
        from accounts.privacy.holders import register
        from accounts.privacy.services import erase_due

        for holder in (*traces.HOLDERS, *own.HOLDERS):
            register(holder)
        housekeeping.register(erase_due)
