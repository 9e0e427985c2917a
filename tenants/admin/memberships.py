"""The console's section about members."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from typing_extensions import override

from accounts.models import User
from accounts.search import by_address
from config import console
from config.admin import display
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import MembershipForm
from tenants.models import Membership, Tenant
from tenants.services import memberships


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    """Who belongs to which tenant."""

    icon = "groups"
    form = MembershipForm
    kept = ("user", "tenant")
    shown = ("state", "id", "created_at")
    list_display = ["user", "tenant", "state", "expires_at", "created_at"]
    list_select_related = ["user", "tenant"]
    search_fields = ["tenant__slug"]
    search_ids = ("pk", "user", "tenant")
    autocomplete_fields = ["user", "tenant"]
    actions_detail = ["suspend", "resume", "remove"]

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "user__email_key")

    @override
    def get_fields(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name != "roles"]

    @override
    @display(
        description="State",
        label={"live": "success", "expired": "warning", "suspended": "danger"},
    )
    def state(self, obj: Any) -> str:
        return _standing(obj)

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Membership:
        who = values.pop("user")
        return memberships.add_member(who, **values, acting_user=request.user)

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Membership,
        values: dict[str, Any],
    ) -> None:
        if "roles" in values:
            values["roles"] = list(values["roles"])
        memberships.change_membership(obj, **values, acting_user=request.user)

    @operation(
        Operation(
            label="Suspend",
            question="The member's sessions in this tenant end, and they cannot sign in "
            "to its applications until they are let in again.",
            done="The membership was suspended.",
            danger=True,
            offered=lambda membership: not membership.suspended_at,
        )
    )
    def suspend(
        self,
        request: ConsoleRequest,
        obj: Membership,
    ) -> None:
        """Shut a member out of the tenant."""
        memberships.suspend_membership(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Resume",
            question="The member can sign in again; what was ended stays ended.",
            done="The membership was resumed.",
            offered=lambda membership: membership.suspended_at,
        )
    )
    def resume(
        self,
        request: ConsoleRequest,
        obj: Membership,
    ) -> None:
        """Let a member in again."""
        memberships.resume_membership(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Remove",
            question="The member's sessions in this tenant end and the membership is "
            "deleted. In an open tenant signing in makes a new one.",
            done="The member was removed.",
            danger=True,
        )
    )
    def remove(
        self,
        request: ConsoleRequest,
        obj: Membership,
    ) -> None:
        """Take somebody out of the tenant."""
        memberships.end_membership(obj, acting_user=request.user)


def _standing(membership: Membership) -> str:
    if membership.suspended_at:
        return "suspended"
    return "live" if membership.is_active else "expired"


@console.panel("accounts.user", permission="tenants.view_membership")
def memberships_panel(user: User) -> console.Panel:
    """Show a user's memberships on their page."""
    found = Membership.objects.filter(user=user).select_related("tenant")
    rows = [
        [
            Cell(
                m.tenant.slug, reverse("admin:tenants_membership_change", args=(m.pk,))
            ),
            Cell(", ".join(role.name for role in m.roles.all()) or "none"),
            Cell(_standing(m)),
            Cell(f"{m.expires_at:%Y-%m-%d %H:%M}" if m.expires_at else "never"),
        ]
        for m in found.prefetch_related("roles").order_by("-id")[:15]
    ]
    return console.Panel(
        title="Memberships",
        headers=["Tenant", "Roles", "State", "Expires"],
        rows=rows,
        href=f"{reverse('admin:tenants_membership_changelist')}?q={user.pk}",
    )


@console.panel("tenants.tenant", permission="tenants.view_membership")
def members_panel(tenant: Tenant) -> console.Panel:
    """Show a tenant's latest members on its page."""
    latest = Membership.objects.filter(tenant=tenant).select_related("user")
    rows = [
        [
            Cell(
                m.user.email, reverse("admin:tenants_membership_change", args=(m.pk,))
            ),
            Cell(_standing(m)),
            Cell(f"{m.created_at:%Y-%m-%d}"),
        ]
        for m in latest.order_by("-id")[:15]
    ]
    return console.Panel(
        title="Latest members",
        headers=["User", "State", "Since"],
        rows=rows,
        href=f"{reverse('admin:tenants_membership_changelist')}?q={tenant.pk}",
    )
