"""The tokens app."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """See the package's docstring."""

    name = "tokens"
    verbose_name = "Tokens"
