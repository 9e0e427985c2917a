"""The console's section about protected APIs."""

from typing import Any

from django.contrib import admin
from typing_extensions import override

from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import ApiForm
from tenants.models import Api
from tenants.services import apis


@admin.register(Api)
class ApiAdmin(KeptAdmin):
    """Protected APIs: the audiences of tokens."""

    icon = "api"
    form = ApiForm
    kept = ("tenant", "identifier")
    shown = ("id", "created_at")
    list_display = ["identifier", "name", "tenant", "created_at"]
    list_select_related = ["tenant"]
    search_fields = ["identifier", "name"]
    search_ids = ("pk", "tenant")
    autocomplete_fields = ["tenant", "shared_with"]
    actions_detail = ["delete_api"]

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Api:
        shared = list(values.pop("shared_with"))
        api = apis.create_api(**values, acting_user=request.user)
        if shared:
            apis.share_api(api, tenants=shared, acting_user=request.user)
        return api

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Api,
        values: dict[str, Any],
    ) -> None:
        shared = values.pop("shared_with", None)
        apis.change_api(obj, **values, acting_user=request.user)
        if shared is not None:
            apis.share_api(obj, tenants=list(shared), acting_user=request.user)

    @operation(
        Operation(
            label="Delete",
            question="Refused while applications use it.",
            done="The API was deleted.",
            danger=True,
        )
    )
    def delete_api(
        self,
        request: ConsoleRequest,
        obj: Api,
    ) -> None:
        """Delete an API that no application uses."""
        apis.delete_api(obj, acting_user=request.user)
