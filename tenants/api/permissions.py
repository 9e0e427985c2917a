"""Finding things for a caller: what they may not know of is not found."""

from typing import Any

from rest_framework.request import Request

from accounts.api.requests import caller
from config.errors import NotFound
from tenants.models import Api, Application, Invitation, Membership, Role, Tenant
from tenants.permissions import Permission, managed_tenants, require


def visible(
    request: Request,
    slug: str,
    permission: Permission | None = None,
) -> Tenant:
    """Return a tenant that the caller may know of, and holds `permission` in.

    Raises `NotFound` for any other, and `Forbidden` only inside one that they know.
    """
    tenant = managed_tenants(caller(request)).filter(slug=slug).first()
    if tenant is None:
        raise NotFound("There is no such tenant.")
    if permission is not None:
        require(caller(request), tenant, permission)
    return tenant


def application_in(
    tenant: Tenant,
    client_id: str,
) -> Application:
    """Return one of the tenant's applications; raises `NotFound`."""
    rows = Application.objects.select_related("tenant")
    found = rows.filter(tenant=tenant, client_id=client_id).first()
    if found is None:
        raise NotFound("There is no such application.")
    return found


def api_in(
    tenant: Tenant,
    api_id: Any,
) -> Api:
    """Return one of the tenant's APIs; raises `NotFound`."""
    found = Api.objects.filter(tenant=tenant, pk=api_id).first()
    if found is None:
        raise NotFound("There is no such API.")
    return found


def role_in(
    tenant: Tenant,
    role_id: Any,
) -> Role:
    """Return one of the tenant's roles; raises `NotFound`."""
    found = Role.objects.filter(tenant=tenant, pk=role_id).first()
    if found is None:
        raise NotFound("There is no such role.")
    return found


def membership_in(
    tenant: Tenant,
    membership_id: Any,
) -> Membership:
    """Return one of the tenant's memberships; raises `NotFound`."""
    rows = Membership.objects.select_related("user", "tenant")
    found = rows.filter(tenant=tenant, pk=membership_id).first()
    if found is None:
        raise NotFound("There is no such membership.")
    return found


def invitation_in(
    tenant: Tenant,
    invitation_id: Any,
) -> Invitation:
    """Return one of the tenant's invitations; raises `NotFound`."""
    rows = Invitation.objects.select_related("tenant", "invited_by")
    found = rows.filter(tenant=tenant, pk=invitation_id).first()
    if found is None:
        raise NotFound("There is no such invitation.")
    return found
