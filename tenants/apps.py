"""The tenants app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """See the package's docstring."""

    name = "tenants"
    verbose_name = "Tenants"
