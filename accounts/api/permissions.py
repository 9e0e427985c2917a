"""What a caller's token must carry on our own API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override

from accounts import freshness
from accounts.api.requests import caller
from accounts.errors import InsufficientScope
from config.errors import Forbidden


class _ScopePermission(BasePermission):
    """Somebody is signed in; raises `InsufficientScope` unless their token has `scope`."""

    scope = ""

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        if request.auth is None:
            return False
        scopes: frozenset[str] = getattr(request.auth, "scope", frozenset())
        if self.scope not in scopes:
            raise InsufficientScope(extra={"scope": self.scope})
        return True


class AccountScope(_ScopePermission):
    """One's own account: scope `account`, and a person behind the token."""

    scope = "account"

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        user = request.user
        person = getattr(user, "pk", None) is not None
        if person and getattr(user, "is_service", False):
            raise Forbidden("Only a person may do this.")
        return person and super().has_permission(request, view)


def require_recent(request: Request) -> None:
    """Raise `InsufficientUserAuthentication` unless all factors were shown lately."""
    claims: dict[str, Any] = getattr(request.auth, "claims", {})
    bound_to = getattr(request.auth, "bound_to", None)
    freshness.require_own(bound_to() if bound_to else None)
    freshness.require_recent(claims.get("auth_time", 0))
    if "mfa" not in claims.get("amr", ()):
        shown: list[str] = getattr(request.auth, "amr_now", list)()
        freshness.require_all_factors(caller(request).pk, shown)


class FreshAccount(AccountScope):
    """One's own account, and a recent proof of who one is (`freshness.require_recent`)."""

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        allowed = super().has_permission(request, view)
        if allowed:
            require_recent(request)
        return allowed


class ManageScope(_ScopePermission):
    """Management: scope `manage`, and for a person a second factor shown lately.

    Who may do what, the services decide.
    """

    scope = "manage"

    @override
    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        allowed = super().has_permission(request, view)
        claims: dict[str, Any] = getattr(request.auth, "claims", {})
        if allowed and "sid" in claims:
            bound_to = getattr(request.auth, "bound_to", None)
            freshness.require_own(bound_to() if bound_to else None)
            freshness.require_factor(claims["auth_time"], claims["amr"])
        return allowed
