"""What tokens and the apps below tell us, inside their transactions."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.signals import taken_over
from tenants.signals import (
    api_deleted,
    application_suspended,
    membership_ended,
    tenant_suspended,
)
from tokens.oidc.services import backchannel, codes, consents
from tokens.signals import sessions_ended


@receiver(taken_over)
def _on_taken_over(sender: Any, **told: Any) -> None:
    consents.forget_person(told["user"])


@receiver(api_deleted)
def _on_api_deleted(sender: Any, **told: Any) -> None:
    consents.forget(told["api"].identifier)


@receiver(application_suspended)
def _on_application_suspended(sender: Any, **told: Any) -> None:
    _drop_later(application=told["application"])


@receiver(tenant_suspended)
def _on_tenant_suspended(sender: Any, **told: Any) -> None:
    _drop_later(application__tenant=told["tenant"])


@receiver(membership_ended)
def _on_membership_ended(sender: Any, **told: Any) -> None:
    _drop_later(application__tenant=told["tenant"], login__user=told["user_id"])


def _drop_later(**whose: Any) -> None:
    """Drop codes once the ending stands: nothing mints then, and no lock is held.

    An exchange holds its code and waits for the application that the ending holds.
    """
    transaction.on_commit(partial(codes.drop, **whose), robust=True)


@receiver(sessions_ended)
def _on_sessions_ended(sender: Any, **told: Any) -> None:
    backchannel.announce(told["sids"])
