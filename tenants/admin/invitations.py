"""The console's section about invitations."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from typing_extensions import override

from accounts.search import by_address
from config.admin import display
from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import InvitationForm
from tenants.models import Invitation
from tenants.services import invitations
from tenants.services.roles import named


@admin.register(Invitation)
class InvitationAdmin(KeptAdmin):
    """Who is invited where. A row is never edited: invite anew, send again or revoke."""

    icon = "forward_to_inbox"
    form = InvitationForm
    kept = ("tenant", "email", "roles")
    shown = (
        *("state", "invited_by", "accepted_by", "id", "created_at", "sent_at"),
        *("expires_at", "accepted_at", "revoked_at"),
    )
    list_display = ["email", "tenant", "state", "sent_at", "expires_at"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__slug"]
    search_ids = ("pk", "tenant")
    autocomplete_fields = ["tenant"]
    actions_detail = ["send_again", "revoke"]

    @override
    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> bool:
        return False

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "email_key")

    @override
    @display(
        description="State",
        label={
            **{"open": "info", "accepted": "success"},
            **{"expired": "warning", "revoked": "danger"},
        },
    )
    def state(self, obj: Any) -> str:
        return str(obj.state)

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Invitation:
        tenant = values["tenant"]
        return invitations.invite(
            tenant,
            values["email"],
            roles=named(tenant, values["roles"]),
            acting_user=request.user,
        )

    @operation(
        Operation(
            label="Send again",
            question="A new link is mailed, good for a week; the one before is dead.",
            done="The invitation was sent again.",
            offered=lambda invitation: invitation.standing,
        )
    )
    def send_again(
        self,
        request: ConsoleRequest,
        obj: Invitation,
    ) -> None:
        """Mail a new link."""
        invitations.resend(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Revoke",
            question="The link that was mailed is dead.",
            done="The invitation was revoked.",
            danger=True,
            offered=lambda invitation: invitation.standing,
        )
    )
    def revoke(
        self,
        request: ConsoleRequest,
        obj: Invitation,
    ) -> None:
        """Withdraw an invitation."""
        invitations.revoke(obj, acting_user=request.user)
