"""What the tokens below tell us; inside their transactions."""

from typing import Any

from django.dispatch import receiver

from tokens.oidc.services import backchannel
from tokens.signals import sessions_ended


@receiver(sessions_ended)
def _on_sessions_ended(sender: Any, **told: Any) -> None:
    backchannel.announce(told["sids"])
