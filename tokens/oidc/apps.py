"""The OpenID Connect app."""

from django.apps import AppConfig
from typing_extensions import override


class OidcConfig(AppConfig):
    """A nested app of tokens."""

    name = "tokens.oidc"
    label = "oidc"
    verbose_name = "OpenID Connect"

    @override
    def ready(self) -> None:
        from accounts.outbox import housekeeping, posts
        from accounts.privacy.holders import register
        from tokens.oidc import console, privacy, receivers  # noqa: F401
        from tokens.oidc.services import backchannel, purging

        for holder in privacy.HOLDERS:
            register(holder)
        housekeeping.register(purging.purge_codes)
        housekeeping.register(purging.purge_pushed_requests)
        housekeeping.register(purging.purge_device_codes)
        posts.register(backchannel.NAME, backchannel.build)
