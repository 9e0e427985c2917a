"""Whom a verified access token speaks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a genuine access token speaks for (RFC 9068 section 2.2).

    `sub` is a person, or for a client-credentials token the application itself (then
    `is_service`, and `sid` is None). Times are Unix seconds.
    """

    sub: str
    client_id: str
    jti: str
    issued_at: int
    expires_at: int
    tenant: str | None = None
    sid: str | None = None
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: int | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_service(self) -> bool:
        """Tell whether an application speaks for itself, and no person."""
        return self.sub == self.client_id

    def has_scope(self, scope: str) -> bool:
        """Tell whether the token was granted this scope."""
        return scope in self.scopes

    def has_role(self, role: str) -> bool:
        """Tell whether the person has this role in `tenant`."""
        return role in self.roles

    def has_permission(self, permission: str) -> bool:
        """Tell whether one of the person's roles carries this permission."""
        return permission in self.permissions
