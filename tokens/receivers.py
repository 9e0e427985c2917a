"""What the apps below tell us, turned into endings; inside their transactions."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import (
    account_disabled,
    credentials_changed,
    signed_out_everywhere,
)
from tenants.signals import (
    api_deleted,
    application_suspended,
    membership_ended,
    roles_changed,
    tenant_suspended,
)
from tokens import revocations
from tokens.models import Session
from tokens.revocations import Entry, Kind
from tokens.services import endings


@receiver(account_disabled)
def _on_account_disabled(sender: Any, **told: Any) -> None:
    endings.end_user(told["user"].pk, reason=told["reason"])


@receiver(credentials_changed)
def _on_credentials_changed(sender: Any, **told: Any) -> None:
    keep = told.get("keep_login")
    endings.end_logins(told["user"].pk, reason=told["reason"], keep_login=keep)


@receiver(signed_out_everywhere)
def _on_signed_out_everywhere(sender: Any, **told: Any) -> None:
    endings.end_logins(told["user"].pk, reason=told["reason"])


@receiver(tenant_suspended)
def _on_tenant_suspended(sender: Any, **told: Any) -> None:
    tenant = told["tenant"]
    endings.end_sessions(
        Session.objects.filter(application__tenant=tenant),
        reason=told["reason"],
        also=[Entry(Kind.TENANT, str(tenant.pk))],
    )


@receiver(application_suspended)
def _on_application_suspended(sender: Any, **told: Any) -> None:
    application = told["application"]
    endings.end_sessions(
        Session.objects.filter(application=application),
        reason=told["reason"],
        also=[Entry(Kind.APPLICATION, application.client_id)],
    )


@receiver(membership_ended)
def _on_membership_ended(sender: Any, **told: Any) -> None:
    tenant, user_id = told["tenant"], told["user_id"]
    endings.end_sessions(
        Session.objects.of_user(user_id).filter(application__tenant=tenant),
        reason=told["reason"],
        also=[Entry(Kind.MEMBERSHIP, f"{tenant.pk}:{user_id}")],
    )


@receiver(api_deleted)
def _on_api_deleted(sender: Any, **told: Any) -> None:
    sessions = Session.objects.filter(audience=told["api"])
    endings.end_sessions(sessions, reason=told["reason"])


@receiver(roles_changed)
def _on_roles_changed(sender: Any, **told: Any) -> None:
    tenant = told["tenant"]
    revocations.write(
        [Entry(Kind.MEMBERSHIP, f"{tenant.pk}:{user}") for user in told["user_ids"]],
        reason=told["reason"],
    )
