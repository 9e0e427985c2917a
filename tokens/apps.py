"""The tokens app."""

from django.apps import AppConfig
from typing_extensions import override


class TokensConfig(AppConfig):
    """What we hand out."""

    name = "tokens"
    verbose_name = "Tokens"

    @override
    def ready(self) -> None:
        from tokens import receivers  # noqa: F401
