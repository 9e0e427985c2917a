"""The application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Links of people and users."""

    name = "ntt_auth.django.accounts"
    label = "ntt_auth_accounts"
    default_auto_field = "django.db.models.BigAutoField"
