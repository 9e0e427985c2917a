"""The console's sections about what people let applications have."""

from django.contrib import admin
from django.db.models import Q
from typing_extensions import override

from accounts.search import by_address
from config.operations import ConsoleRequest, Operation, operation
from config.sections import ReadOnlyAdmin
from tokens.oidc.models import Consent
from tokens.oidc.services import consents


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """Consents: what people let applications have."""

    icon = "handshake"
    grants = ("view", "change")
    list_display = ["user", "application", "audience", "scope", "changed_at"]
    list_filter = [("application__tenant", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "application"]
    search_fields = ["application__client_id", "application__name"]
    search_ids = ("pk", "user", "application")
    fields = [
        *["id", "user", "application", "audience", "scope"],
        *["created_at", "changed_at"],
    ]
    actions_detail = ["revoke"]

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "user__email_key")

    @operation(
        Operation(
            label="Take back",
            question="The person is signed out of the application at once, and it has to "
            "ask again.",
            done="The consent was taken back.",
            danger=True,
        )
    )
    def revoke(
        self,
        request: ConsoleRequest,
        obj: Consent,
    ) -> None:
        """Take a consent back."""
        consents.revoke(obj, acting_user=request.user)
