"""The tenants app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from typing_extensions import override


class TenantsConfig(AppConfig):
    """Who trusts us."""

    name = "tenants"
    verbose_name = "Tenants"

    @override
    def ready(self) -> None:
        from tenants.builtins import ensure_built_ins

        post_migrate.connect(ensure_built_ins, sender=self)
