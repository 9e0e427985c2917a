"""The console's section about roles."""

from typing import Any

from django.contrib import admin
from typing_extensions import override

from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import RoleForm
from tenants.models import Role
from tenants.services import roles


@admin.register(Role)
class RoleAdmin(KeptAdmin):
    """Roles."""

    icon = "badge"
    form = RoleForm
    kept = ("tenant",)
    shown = ("id", "created_at")
    list_display = ["name", "tenant", "description", "created_at"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
    search_ids = ("pk", "tenant")
    autocomplete_fields = ["tenant"]
    actions_detail = ["delete_role"]

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Role:
        return roles.create_role(**values, acting_user=request.user)

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Role,
        values: dict[str, Any],
    ) -> None:
        roles.change_role(obj, **values, acting_user=request.user)

    @operation(
        Operation(
            label="Delete",
            question="Everyone who has this role loses it; their access tokens are "
            "refused within two seconds and their sessions live on without it.",
            done="The role was deleted.",
            danger=True,
        )
    )
    def delete_role(
        self,
        request: ConsoleRequest,
        obj: Role,
    ) -> None:
        """Take a role away from everyone."""
        roles.delete_role(obj, acting_user=request.user)
