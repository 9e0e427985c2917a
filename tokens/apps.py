"""The tokens app."""

from django.apps import AppConfig
from typing_extensions import override


class TokensConfig(AppConfig):
    """What we hand out."""

    name = "tokens"
    verbose_name = "Tokens"

    @override
    def ready(self) -> None:
        from accounts.outbox import housekeeping
        from accounts.privacy.holders import register
        from tokens import privacy, receivers  # noqa: F401
        from tokens.services import keys, purging

        for holder in privacy.HOLDERS:
            register(holder)
        housekeeping.register(purging.purge_sessions)
        housekeeping.register(purging.purge_logins)
        housekeeping.register(purging.purge_revocations)
        housekeeping.register(keys.purge_retired_keys)
