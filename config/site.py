"""The admin's app configuration, named by INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """Django's admin with our site in place of the stock one."""

    default_site = "config.admin.ConsoleSite"
