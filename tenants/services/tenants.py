"""Tenants. Superusers make and suspend them; their admins change how they look."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_person, require_superuser
from config.errors import Conflict, NotFound
from tenants import validation
from tenants.models import Tenant, bump_epoch
from tenants.permissions import Permission, require
from tenants.signals import tenant_suspended


class Policy(TypedDict, total=False):
    """What can be said about a tenant."""

    name: str
    registration: str
    verification_required: bool
    mfa_required: bool


def _checked(policy: Policy) -> Policy:
    if "name" in policy:
        policy["name"] = validation.text("name", policy["name"])
    if "registration" in policy:
        values = Tenant.Registration.values
        validation.choice("registration", policy["registration"], values)
    return policy


@contextmanager
def one_of_a_kind(
    rows: models.QuerySet[Any],
    refusal: str,
) -> Iterator[None]:
    """Raise `Conflict` if one of `rows` exists, also when somebody was faster just now.

    Enter it around the transaction, never inside.
    """
    if rows.exists():
        raise Conflict(refusal)
    try:
        yield
    except IntegrityError as error:
        if rows.all().exists():
            raise Conflict(refusal) from error
        raise


def create_tenant(
    slug: str,
    *,
    acting_user: User | None,
    **policy: Unpack[Policy],
) -> Tenant:
    """Make a tenant, by invitation only unless said otherwise; superusers only.

    Raises `Forbidden`, `InvalidInput`, and `Conflict` for a slug that is taken.
    """
    require_superuser(acting_user)
    validation.slug(slug)
    wanted: dict[str, Any] = {"name": slug, **_checked(policy)}
    tenant = Tenant(slug=slug, **wanted)
    taken = Tenant.objects.filter(slug=slug)
    with one_of_a_kind(taken, "This slug is taken."), transaction.atomic():
        tenant.save(force_insert=True)
        _record(Action.TENANT_CREATED, tenant, acting_user)
    return tenant


def tenant_of(slug: str) -> Tenant:
    """Return the tenant of a slug; raises `NotFound`."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return tenant


def change_tenant(
    tenant: Tenant,
    *,
    acting_user: User | None,
    **policy: Unpack[Policy],
) -> Tenant:
    """Change a tenant's name or policy; needs `tenant:write`.

    Only superusers waive the verification of addresses: without it a sign-up tells who
    has an account anywhere on this instance.
    """
    require(acting_user, tenant, Permission.TENANT_WRITE)
    wanted: dict[str, Any] = {**_checked(policy)}
    changed = sorted(n for n, v in wanted.items() if getattr(tenant, n) != v)
    if "verification_required" in changed and not wanted["verification_required"]:
        require_superuser(acting_user)
    if tenant.is_built_in and not wanted.get("mfa_required", True):
        require_person(acting_user)  # operators sign in there
    if changed:
        with transaction.atomic():
            Tenant.objects.filter(pk=tenant.pk).update(**wanted)
            record(
                Action.TENANT_CHANGED,
                acting=acting_user,
                target=tenant,
                tenant_id=tenant.pk,
                details={"changed": changed},
            )
    tenant.refresh_from_db()
    return tenant


def suspend_tenant(
    tenant: Tenant,
    *,
    acting_user: User | None,
) -> Tenant:
    """Shut a tenant: its sessions end and nothing mints; nothing if it is already.

    Superusers only. Raises `Forbidden`, and `Conflict` for the built-in tenant.
    """
    require_superuser(acting_user)
    if tenant.is_built_in:
        raise Conflict("The built-in tenant cannot be suspended.")
    with transaction.atomic():
        standing = Tenant.objects.filter(pk=tenant.pk, suspended_at=None)
        changed = bump_epoch(standing, suspended_at=timezone.now())
        tenant.refresh_from_db()
        if changed:
            reason = Action.TENANT_SUSPENDED
            _record(reason, tenant, acting_user)
            tenant_suspended.send(
                Tenant, tenant=tenant, acting_user=acting_user, reason=reason
            )
    return tenant


def resume_tenant(
    tenant: Tenant,
    *,
    acting_user: User | None,
) -> Tenant:
    """Open a tenant again; what ended stays ended. Superusers only."""
    require_superuser(acting_user)
    with transaction.atomic():
        shut = Tenant.objects.filter(pk=tenant.pk, suspended_at__isnull=False)
        changed = bump_epoch(shut, suspended_at=None)
        tenant.refresh_from_db()
        if changed:
            _record(Action.TENANT_RESUMED, tenant, acting_user)
    return tenant


def _record(
    action: Action,
    tenant: Tenant,
    acting_user: User | None,
) -> None:
    record(action, acting=acting_user, target=tenant, tenant_id=tenant.pk)
