"""The console's section about tenants."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from typing_extensions import override

from config import console
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import TenantForm
from tenants.models import Application, Tenant
from tenants.services import tenants


@admin.register(Tenant)
class TenantAdmin(KeptAdmin):
    """Tenants."""

    icon = "domain"
    form = TenantForm
    kept = ("slug",)
    shown = ("state", "id", "created_at")
    list_display = ["slug", "name", "registration", "state", "created_at"]
    list_filter = ["registration"]
    search_fields = ["slug", "name"]
    actions_detail = ["suspend", "resume"]

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Tenant:
        return tenants.create_tenant(**values, acting_user=request.user)

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Tenant,
        values: dict[str, Any],
    ) -> None:
        tenants.change_tenant(obj, **values, acting_user=request.user)

    @operation(
        Operation(
            label="Suspend",
            question="Every session in this tenant's applications ends, and nobody can "
            "sign in to them until it is resumed.",
            done="The tenant was suspended.",
            danger=True,
            offered=lambda tenant: not tenant.suspended_at and not tenant.is_built_in,
        )
    )
    def suspend(
        self,
        request: ConsoleRequest,
        obj: Tenant,
    ) -> None:
        """Shut a tenant."""
        tenants.suspend_tenant(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Resume",
            question="People can sign in again; what was ended stays ended.",
            done="The tenant was resumed.",
            offered=lambda tenant: tenant.suspended_at,
        )
    )
    def resume(
        self,
        request: ConsoleRequest,
        obj: Tenant,
    ) -> None:
        """Open a suspended tenant."""
        tenants.resume_tenant(obj, acting_user=request.user)


@console.panel("tenants.tenant", permission="tenants.view_application")
def applications_panel(tenant: Tenant) -> console.Panel:
    """Show a tenant's applications on its page."""
    latest = Application.objects.filter(tenant=tenant).order_by("-id")[:15]
    rows = [
        [
            Cell(app.name, reverse("admin:tenants_application_change", args=(app.pk,))),
            Cell(app.client_id),
            Cell(app.get_type_display()),
            Cell("suspended" if app.suspended_at else "live"),
        ]
        for app in latest
    ]
    return console.Panel(
        title="Applications",
        headers=["Name", "Client id", "Type", "State"],
        rows=rows,
        href=f"{reverse('admin:tenants_application_changelist')}?q={tenant.pk}",
    )
