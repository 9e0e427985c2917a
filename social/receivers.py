"""What accounts tells us, inside its transactions."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import taken_over
from social.services import identities


@receiver(taken_over)
def _on_taken_over(sender: Any, **told: Any) -> None:
    identities.forget(told["user"])
