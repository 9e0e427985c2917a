"""What a role may allow on our own API, and the rule that nobody outgrows themselves.

A tenant's role names mean nothing to us; only these permissions do. A suspended tenant,
a suspended or expired membership and a disabled user hold none.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from accounts.models import User
from accounts.services.authority import require_person, require_superuser
from config.errors import Forbidden, NotFound
from tenants.models import Application, Membership, ServiceAccount, Tenant


class Permission(models.TextChoices):
    """Everything that a role can allow inside its tenant. Stored: add, never rename."""

    TENANT_READ = "tenant:read", "see the tenant's settings"
    TENANT_WRITE = "tenant:write", "change the tenant's name and registration"
    APPLICATIONS_READ = "applications:read", "see applications"
    APPLICATIONS_WRITE = "applications:write", "manage applications and secrets"
    APIS_READ = "apis:read", "see APIs"
    APIS_WRITE = "apis:write", "manage APIs"
    ROLES_READ = "roles:read", "see roles"
    ROLES_WRITE = "roles:write", "manage roles"
    MEMBERS_READ = "members:read", "see members"
    MEMBERS_WRITE = "members:write", "manage memberships"
    AUDIT_READ = "audit:read", "read the audit trail"


MANAGE = "manage"  # the scope
ALL = frozenset(Permission)
_KNOWN = {permission.value: permission for permission in Permission}


def of_values(values: Iterable[Any]) -> frozenset[Permission]:
    """Return the permissions among stored values; what we do not know counts nothing."""
    return frozenset(_KNOWN[v] for v in values if isinstance(v, str) and v in _KNOWN)


def of_memberships(memberships: models.QuerySet[Membership]) -> frozenset[Permission]:
    """Return the union of what the roles of these memberships allow."""
    lists = memberships.order_by().values_list("roles__permissions", flat=True)
    return of_values(value for found in lists for value in found or ())


def effective_permissions(
    user: User,
    tenant: Tenant,
) -> frozenset[Permission]:
    """Return what `user` may do in `tenant` now: all for a superuser; else by roles.

    A service may do all in its own tenant.
    """
    if not user.is_active:
        return frozenset()
    if user.is_superuser:
        return ALL
    if isinstance(user, ServiceAccount):
        return ALL if user.tenant_id == tenant.pk else frozenset()
    mine = Membership.objects.active().filter(user=user, tenant=tenant)
    return of_memberships(mine.filter(tenant__suspended_at=None))


def managed_tenants(user: User) -> models.QuerySet[Tenant]:
    """Return the tenants `user` may know of here: all, or where they hold something."""
    tenants = Tenant.objects.all()
    if user.is_active and user.is_superuser:
        return tenants
    if isinstance(user, ServiceAccount):
        return tenants.filter(pk=user.tenant_id) if user.is_active else tenants.none()
    held: set[UUID] = set()
    if user.is_active:
        mine = Membership.objects.active().filter(user=user, tenant__suspended_at=None)
        rows = mine.values_list("tenant_id", "roles__permissions")
        held = {tenant for tenant, values in rows if of_values(values or ())}
    return tenants.filter(pk__in=held)


def require(
    user: User | None,
    tenant: Tenant,
    permission: Permission,
) -> None:
    """Raise `NotFound` for a tenant `user` may not know of, `Forbidden` without it."""
    if user is None:
        return
    held = effective_permissions(user, tenant)
    if not held:
        raise NotFound("There is no such tenant.")
    if permission not in held:
        raise Forbidden(f"This needs the permission {permission.value}.")


def require_within(
    user: User | None,
    tenant: Tenant,
    permissions: Iterable[Permission],
) -> None:
    """Raise `Forbidden` if these are more than `user` holds in `tenant` themselves."""
    if user is None:
        return
    beyond = set(permissions) - effective_permissions(user, tenant)
    if beyond:
        names = ", ".join(sorted(p.value for p in beyond))
        raise Forbidden(f"This goes beyond your own permissions: {names}.")


def require_application(
    user: User | None,
    application: Application,
) -> None:
    """Raise unless `user` may write `application`.

    First-party applications get tokens for people's own accounts: whoever moves their
    redirect URIs or holds their secrets gets those too. So only superusers write them.
    Those that our own API trusts no service writes, its own least.
    """
    require(user, application.tenant, Permission.APPLICATIONS_WRITE)
    if application.is_first_party:
        require_superuser(user)
    require_person_for(application, user)


def require_person_for(
    application: Application,
    user: User | None,
) -> None:
    """Raise `Forbidden` where a service writes an application that our own API trusts.

    With one that manages, or acts on people's own accounts as any first-party one may, a
    stolen secret could become a superuser: their browser needs to come by only once.
    """
    if application.manages or application.is_first_party:
        require_person(user)
