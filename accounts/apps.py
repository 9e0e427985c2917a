"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who you are."""

    name = "accounts"
    verbose_name = "Accounts"
