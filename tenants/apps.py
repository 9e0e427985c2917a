"""The tenants app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from typing_extensions import override


class TenantsConfig(AppConfig):
    """See the package's docstring."""

    name = "tenants"
    verbose_name = "Tenants"

    @override
    def ready(self) -> None:
        from corsheaders.signals import check_request_enabled

        from accounts.outbox import housekeeping
        from accounts.privacy.holders import register
        from tenants import builtins, origins, privacy
        from tenants.services import invitations

        for holder in privacy.HOLDERS:
            register(holder)
        post_migrate.connect(builtins.after_migrate, sender=self)
        check_request_enabled.connect(origins.allow_request)
        housekeeping.register(invitations.purge)
