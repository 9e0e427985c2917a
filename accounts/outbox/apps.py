"""The outbox app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """A nested app of accounts."""

    name = "accounts.outbox"
    label = "outbox"
    verbose_name = "Outbox"
