"""What tokens and the apps below tell us, inside their transactions."""

from typing import Any

from django.dispatch import receiver

from tenants.signals import api_deleted
from tokens.oidc.services import backchannel, consents
from tokens.signals import sessions_ended


@receiver(api_deleted)
def _on_api_deleted(sender: Any, **told: Any) -> None:
    consents.forget(told["api"].identifier)


@receiver(sessions_ended)
def _on_sessions_ended(sender: Any, **told: Any) -> None:
    backchannel.announce(told["sids"])
