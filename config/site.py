"""The admin's app configuration, named by INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig
from typing_extensions import override


class SiteConfig(AdminConfig):
    """Django's admin with our site in place of the stock one."""

    default_site = "config.admin.ConsoleSite"

    @override
    def ready(self) -> None:
        from config import checks  # importing registers them

        checks.refuse_without_secret()  # the next line would fail with a traceback
        super().ready()
