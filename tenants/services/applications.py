"""Client applications: what they may ask for, and whether they may at all."""

import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_superuser
from config.errors import Conflict, NotFound
from tenants.models import Application, Tenant, bump_epoch
from tenants.permissions import (
    Permission,
    require,
    require_application,
    require_person_for,
)
from tenants.services import policy as policies
from tenants.services.policy import Policy
from tenants.services.secrets import issue
from tenants.signals import application_suspended

_BUILT_IN_MAY_CHANGE = {
    *("name", "allowed_origins", "signing_algorithm", "access_token_seconds"),
    *("session_idle_seconds", "session_absolute_seconds"),
}


@dataclass(frozen=True)
class NewApplication:
    """A fresh application; `secret` is shown once, None where it has none."""

    application: Application
    secret: str | None


class Traits(TypedDict, total=False):
    """What can be said about an application; `audiences` are API identifiers, in order.

    Without `grants` and `scopes` a new application gets those of its type, and all
    scopes of its APIs. The names of client metadata are those of RFC 7591 section 2.
    """

    name: str
    is_first_party: bool
    redirect_uris: Sequence[str]
    post_logout_redirect_uris: Sequence[str]
    backchannel_logout_uri: str
    client_authentication: str
    jwks: Mapping[str, Any] | None
    jwks_uri: str
    require_pushed_authorization_requests: bool
    client_uri: str
    policy_uri: str
    tos_uri: str
    allowed_origins: Sequence[str]
    grants: Sequence[str]
    scopes: Sequence[str]
    audiences: Sequence[str]
    manages: str
    signing_algorithm: str
    id_token_algorithm: str
    access_token_seconds: int | None
    session_idle_seconds: int | None
    session_absolute_seconds: int | None


def create_application(
    tenant: Tenant,
    *,
    type: str,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> NewApplication:
    """Register an application; needs `applications:write`, first-party a superuser.

    Raises `NotFound`, `Forbidden`, `InvalidInput`.
    """
    require(acting_user, tenant, Permission.APPLICATIONS_WRITE)
    policy = Policy.new(tenant, type, dict(traits))
    if policy.application.is_first_party:
        require_superuser(acting_user)
    application = policy.application
    require_person_for(application, acting_user)
    application.client_id = f"app_{random.token_urlsafe(16)}"
    with transaction.atomic():
        application.save(force_insert=True)
        policies.link(application, policy.apis)
        record(
            Action.APPLICATION_CREATED,
            acting=acting_user,
            target=application,
            tenant_id=tenant.pk,
        )
        secret = None
        if application.is_confidential and not application.signs_with_key:
            secret = issue(application, acting_user=acting_user).clear
    return NewApplication(application, secret)


def application_of(client_id: str) -> Application:
    """Return the application of a `client_id`, with its tenant; raises `NotFound`."""
    rows = Application.objects.select_related("tenant")
    application = rows.filter(client_id=client_id).first()
    if application is None:
        raise NotFound("There is no such application.")
    return application


def change_application(
    application: Application,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Application:
    """Change what an application may do; needs `applications:write`.

    A session whose audience or scope goes loses it at its next refresh. An application
    that stops being first-party is ended at once. Raises `NotFound`, `Forbidden`,
    `InvalidInput`, and `Conflict` for what the built-in one must keep.
    """
    require_application(acting_user, application)
    with transaction.atomic():
        held = Application.objects.select_for_update().filter(pk=application.pk).first()
        if held is None:
            raise NotFound("There is no such application.")
        was_first_party = held.is_first_party
        require_person_for(held, acting_user)
        policy = Policy.changed(held, dict(traits))
        if held.is_built_in and set(policy.fields) - _BUILT_IN_MAY_CHANGE:
            raise Conflict(
                "The built-in application keeps its type, grants and scopes."
            )
        if held.is_first_party or was_first_party:
            require_superuser(acting_user)
        require_person_for(held, acting_user)
        if policy.fields:
            _store(policy, acting_user)
        if was_first_party and not held.is_first_party:
            bump_epoch(Application.objects.filter(pk=held.pk))
            _tell(held, acting_user, Action.APPLICATION_CHANGED)
    application.refresh_from_db()
    return application


def _store(
    policy: Policy,
    acting_user: User | None,
) -> None:
    held = policy.application
    columns = [name for name in policy.fields if name != "audiences"]
    if columns:
        held.save(update_fields=columns)
    if "audiences" in policy.fields:
        policies.link(held, policy.apis)
    record(
        Action.APPLICATION_CHANGED,
        acting=acting_user,
        target=held,
        tenant_id=held.tenant_id,
        details={"changed": policy.fields},
    )


def suspend_application(
    application: Application,
    *,
    acting_user: User | None,
) -> Application:
    """Shut an application: its sessions end and nothing mints; needs `applications:write`.

    Raises `NotFound`, `Forbidden`, and `Conflict` for the built-in one.
    """
    require(acting_user, application.tenant, Permission.APPLICATIONS_WRITE)
    require_person_for(application, acting_user)
    if application.manages:
        require_superuser(acting_user)
    if application.is_built_in:
        raise Conflict("The built-in application cannot be suspended.")
    with transaction.atomic():
        standing = Application.objects.filter(pk=application.pk, suspended_at=None)
        changed = bump_epoch(standing, suspended_at=timezone.now())
        application.refresh_from_db()
        if changed:
            reason = Action.APPLICATION_SUSPENDED
            _record(application, acting_user, reason)
            _tell(application, acting_user, reason)
    return application


def resume_application(
    application: Application,
    *,
    acting_user: User | None,
) -> Application:
    """Open an application again; what ended stays ended. Needs `applications:write`.

    Only superusers open a first-party one: it was they who shut it, or should know.
    """
    require_application(acting_user, application)
    with transaction.atomic():
        shut = Application.objects.filter(pk=application.pk, suspended_at__isnull=False)
        changed = bump_epoch(shut, suspended_at=None)
        application.refresh_from_db()
        if changed:
            _record(application, acting_user, Action.APPLICATION_RESUMED)
    return application


def delete_application(
    application: Application,
    *,
    acting_user: User | None,
) -> None:
    """Delete an application with its secrets and sessions; needs `applications:write`.

    Raises `NotFound`, `Forbidden`, and `Conflict` for the built-in one.
    """
    require_application(acting_user, application)
    if application.is_built_in:
        raise Conflict("The built-in application cannot be deleted.")
    with transaction.atomic():
        reason = Action.APPLICATION_DELETED
        mine = Application.objects.filter(pk=application.pk)
        if not mine.select_for_update().exists():
            raise NotFound("There is no such application.")
        _record(application, acting_user, reason)
        mine.delete()
        _tell(application, acting_user, reason)


def _record(
    application: Application,
    acting_user: User | None,
    action: Action,
) -> None:
    record(
        action,
        acting=acting_user,
        target=application,
        tenant_id=application.tenant_id,
    )


def _tell(
    application: Application,
    acting_user: User | None,
    reason: str,
) -> None:
    application_suspended.send(
        Application, application=application, acting_user=acting_user, reason=reason
    )
