"""Roles over the management API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from config.openapi import PAGING, operation, page_of
from tenants.api.outputs import RoleOutput
from tenants.api.permissions import role_in, visible
from tenants.api.scoped import ManageView, page
from tenants.api.serializers import RoleChange, RoleInput
from tenants.models import Role
from tenants.permissions import Permission
from tenants.services import roles

READ, WRITE = Permission.ROLES_READ, Permission.ROLES_WRITE


class RolesView(ManageView):
    """A tenant's roles."""

    @operation("listRoles", gives=page_of(RoleOutput), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's roles, newest first."""
        tenant = visible(request, slug, READ)
        return page(self, request, Role.objects.filter(tenant=tenant), RoleOutput)

    @operation("createRole", takes=RoleInput, gives=RoleOutput, status=201)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Make a role with no more permissions than the caller has."""
        tenant = visible(request, slug, WRITE)
        role = roles.create_role(
            tenant, acting_user=caller(request), **given(RoleInput, request)
        )
        return Response(RoleOutput(role).data, status=201)


class RoleView(ManageView):
    """One role."""

    @operation("getRole", gives=RoleOutput)
    def get(
        self,
        request: Request,
        slug: str,
        role_id: UUID,
    ) -> Response:
        """Return a role."""
        return Response(RoleOutput(role_in(visible(request, slug, READ), role_id)).data)

    @operation("updateRole", takes=RoleChange, gives=RoleOutput)
    def patch(
        self,
        request: Request,
        slug: str,
        role_id: UUID,
    ) -> Response:
        """Change a role; its holders' access tokens are refused, sessions live."""
        role = role_in(visible(request, slug, WRITE), role_id)
        roles.change_role(
            role, acting_user=caller(request), **given(RoleChange, request)
        )
        return Response(RoleOutput(role).data)

    @operation("deleteRole", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        role_id: UUID,
    ) -> Response:
        """Take a role away from everyone and delete it."""
        role = role_in(visible(request, slug, WRITE), role_id)
        roles.delete_role(role, acting_user=caller(request))
        return Response(status=204)
