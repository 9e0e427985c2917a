"""What a caller's token must carry on our own API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override


class _ScopePermission(BasePermission):
    """Somebody is signed in, and their token carries `scope`."""

    scope = ""

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        scopes: frozenset[str] = getattr(request.auth, "scope", frozenset())
        return request.auth is not None and self.scope in scopes


class AccountScope(_ScopePermission):
    """One's own account: scope `account`, and a person behind the token."""

    scope = "account"

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        person = getattr(request.user, "pk", None) is not None
        return person and super().has_permission(request, view)


class ManageScope(_ScopePermission):
    """Management: scope `manage`; who may do what, the services decide."""

    scope = "manage"
