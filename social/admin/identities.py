"""The console's section about who is known by which connection."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from typing_extensions import override

from accounts.models import User
from accounts.search import by_address
from config import console
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from config.sections import ReadOnlyAdmin
from social.models import Identity
from social.services import identities


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    """Connected accounts; a provider's tokens are shown to nobody."""

    icon = "link"
    list_display = ["user", "connection", "subject", "email", "last_used_at"]
    list_filter = [("connection", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "connection"]
    search_fields = ["subject", "email", "name", "connection__provider_id"]
    search_ids = ("pk", "user", "connection")
    fields = [
        *["id", "user", "connection", "subject", "email", "name"],
        *["created_at", "last_used_at"],
    ]
    actions_detail = ["disconnect"]

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "user__email_key")

    @operation(
        Operation(
            label="Disconnect",
            question="The person cannot sign in by it any more and is written to. It is "
            "allowed even where it is their only way to sign in: they then choose a "
            "password by a mailed link. Where they are signed in, they stay so; the page "
            "of the person ends that.",
            done="The account was disconnected.",
            danger=True,
        )
    )
    def disconnect(
        self,
        request: ConsoleRequest,
        obj: Identity,
    ) -> None:
        """Take a connected account away."""
        identities.unlink_for(obj, acting_user=request.user)


@console.panel("accounts.user", permission="social.view_identity")
def identities_panel(user: User) -> console.Panel:
    """Show what somebody can sign in by."""
    found = identities.of_user(user)
    query = urlencode({"q": str(user.pk)})
    return console.Panel(
        title="Connected accounts",
        headers=["Connection", "E-mail there", "Last used", "Subject"],
        rows=[_row(identity) for identity in found],
        href=f"{reverse('admin:social_identity_changelist')}?{query}",
    )


def _row(identity: Identity) -> list[Cell]:
    used = identity.last_used_at
    page = reverse("admin:social_identity_change", args=(identity.pk,))
    return [
        Cell(str(identity.connection), page),
        Cell(identity.email),
        Cell(f"{used:%Y-%m-%d %H:%M}" if used else "never"),
        Cell(identity.subject),
    ]
