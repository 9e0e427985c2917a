"""The social app."""

from django.apps import AppConfig
from typing_extensions import override


class SocialConfig(AppConfig):
    """Connections to other providers, and who is known to them."""

    name = "social"
    verbose_name = "Social sign-in"

    @override
    def ready(self) -> None:
        from accounts.outbox import housekeeping
        from accounts.privacy.holders import register
        from accounts.services import entry
        from social import privacy, receivers  # noqa: F401
        from social.pages import leaving, offers, own
        from social.services import identities, purging
        from tokens.pages import doors

        for holder in privacy.HOLDERS:
            register(holder)
        housekeeping.register(purging.purge_attempts)
        entry.register(identities.signs_in)
        doors.register(doors.House(offers.offered, own.rows, leaving.straight))
