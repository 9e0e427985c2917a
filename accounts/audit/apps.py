"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """A nested app of accounts."""

    name = "accounts.audit"
    label = "audit"
    verbose_name = "Audit"
