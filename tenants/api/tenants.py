"""Tenants over the management API."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from config.openapi import PAGING, operation, page_of
from config.serializers import StrictSerializer
from tenants.api.outputs import TenantOutput
from tenants.api.permissions import visible
from tenants.api.scoped import ManageView, page
from tenants.api.serializers import TenantChange, TenantInput
from tenants.permissions import Permission, managed_tenants
from tenants.services import tenants


class TenantsView(ManageView):
    """The tenants that the caller manages."""

    @operation("listTenants", gives=page_of(TenantOutput), query=PAGING)
    def get(self, request: Request) -> Response:
        """List the caller's tenants (a superuser's: all), newest first."""
        return page(self, request, managed_tenants(caller(request)), TenantOutput)

    @operation("createTenant", takes=TenantInput, gives=TenantOutput, status=201)
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a tenant; superusers only."""
        values = given(TenantInput, request)
        tenant = tenants.create_tenant(
            values.pop("slug"), acting_user=caller(request), **values
        )
        return Response(TenantOutput(tenant).data, status=201)


class TenantView(ManageView):
    """One tenant."""

    @operation("getTenant", gives=TenantOutput)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Return a tenant."""
        return Response(
            TenantOutput(visible(request, slug, Permission.TENANT_READ)).data
        )

    @operation("updateTenant", takes=TenantChange, gives=TenantOutput)
    def patch(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Change a tenant's name, or who gets in and by which proof."""
        tenant = visible(request, slug, Permission.TENANT_WRITE)
        values = given(TenantChange, request)
        tenants.change_tenant(tenant, acting_user=caller(request), **values)
        return Response(TenantOutput(tenant).data)


class SuspendTenantView(ManageView):
    """The end of a tenant's service."""

    @operation("suspendTenant", gives=TenantOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Suspend a tenant: its sessions end and nothing mints; superusers only."""
        tenant = visible(request, slug)
        given(StrictSerializer, request)
        tenants.suspend_tenant(tenant, acting_user=caller(request))
        return Response(TenantOutput(tenant).data)


class ResumeTenantView(ManageView):
    """The return of a tenant's service."""

    @operation("resumeTenant", gives=TenantOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Resume a tenant; what ended stays ended; superusers only."""
        tenant = visible(request, slug)
        given(StrictSerializer, request)
        tenants.resume_tenant(tenant, acting_user=caller(request))
        return Response(TenantOutput(tenant).data)
