"""The console's section about devices that ask to be signed in (RFC 8628)."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from typing_extensions import override

from accounts.search import by_address
from config.admin import display
from config.sections import ReadOnlyAdmin
from tokens.oidc.models import DeviceCode

_COLOURS = {
    "waiting": "info",
    "allowed": "success",
    "signed in": "success",
    "refused": "danger",
    "expired": "warning",
}


def state_of(row: DeviceCode) -> str:
    """Return what became of a device's request."""
    if row.used_at is not None:
        return "signed in"
    if row.denied_at is not None:
        return "refused"
    if row.expires_at <= timezone.now():
        return "expired"
    return "waiting" if row.approved_at is None else "allowed"


@admin.register(DeviceCode)
class DeviceCodeAdmin(ReadOnlyAdmin):
    """Requests of devices: a day long, without their codes."""

    icon = "tv_signin"
    list_display = ["created_at", "application", "state", "user", "ip"]
    list_filter = [("application__tenant", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["application", "login__user"]
    search_fields = ["application__client_id", "application__name", "ip"]
    search_ids = ("pk", "login__user", "application", "session")
    fields = [
        *["id", "application", "api", "scope", "state", "user", "ip", "user_agent"],
        *["created_at", "expires_at", "interval", "polled_at", "approved_at"],
        *["denied_at", "used_at", "session"],
    ]

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("digest", "user_digest")

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "login__user__email_key")

    @display(description="State", label=_COLOURS)
    def state(self, obj: DeviceCode) -> str:
        """Tell what became of it."""
        return state_of(obj)

    @display(description="Allowed by")
    def user(self, obj: DeviceCode) -> str:
        """Name who allowed it."""
        return str(obj.login.user) if obj.login else ""
