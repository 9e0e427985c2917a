"""The console's section about tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from typing_extensions import override

from config import console
from config.console import Cell
from config.errors import InvalidInput
from config.operations import ConsoleRequest, Operation, operation
from tenants import logos
from tenants.admin.kept import KeptAdmin
from tenants.forms import TenantForm
from tenants.models import Application, Tenant
from tenants.services import brand, tenants


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
        look = _look_in(values)
        tenant = tenants.create_tenant(**values, acting_user=request.user)
        return _dressed(tenant, look, request.user)

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Tenant,
        values: dict[str, Any],
    ) -> None:
        look = _look_in(values)
        tenants.change_tenant(obj, **values, acting_user=request.user)
        _dressed(obj, look, request.user)

    @override
    def get_fields(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        extra = ["logo"] if self.has_change_permission(request, obj) else []
        if extra and obj and obj.logo_digest:
            extra.append("remove_logo")
        meta = self.form.Meta
        return [*meta.fields, *extra, *(self.shown if obj else ())]

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


def _look_in(values: dict[str, Any]) -> dict[str, Any]:
    """Take what is a tenant's look out of the form's values."""
    names = [*brand.Look.__annotations__, "logo", "remove_logo"]
    return {name: values.pop(name) for name in names if name in values}


def _dressed(
    tenant: Tenant,
    look: dict[str, Any],
    operator: Any,
) -> Tenant:
    """Have the services give a tenant its look, in the page's own transaction."""
    logo, gone = look.pop("logo", None), look.pop("remove_logo", False)
    tenant = brand.change_brand(tenant, acting_user=operator, **look)
    if logo:
        kind = logos.kind_of(logo) or "image/png"
        with _at_the_file():
            brand.set_logo(tenant, data=logo, content_type=kind, acting_user=operator)
    elif gone:
        brand.remove_logo(tenant, acting_user=operator)
    return tenant


@contextmanager
def _at_the_file() -> Iterator[None]:
    """Point a refusal of the bytes at the form's field."""
    try:
        yield
    except InvalidInput as refusal:
        raise InvalidInput.at("logo", detail=refusal.errors[0].detail) from refusal


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
