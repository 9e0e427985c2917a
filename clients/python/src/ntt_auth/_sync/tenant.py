# Written by scripts/write_sync.py from _async/tenant.py: change that.
"""`client.tenant(slug)`: everything that one tenant holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._sync.applications import Applications
from ntt_auth._sync.caller import Caller
from ntt_auth._sync.listing import Listing
from ntt_auth._sync.memberships import Invitations, Memberships
from ntt_auth._sync.namespaces import TenantNamespace
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Apis(TenantNamespace):
    """The APIs of a tenant."""

    def list(self, *, limit: int | None = None) -> Listing[types.ApiOutput]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "apis"), limit=limit)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.ApiInputRequest],
    ) -> types.ApiOutput:
        """Make one; `identifier` is the audience of its tokens."""
        return self._caller.manage(
            path("tenants", self._tenant, "apis"), body, key=idempotency_key
        )

    def get(self, api_id: Id) -> types.ApiOutput:
        """Return one."""
        return self._caller.get(path("tenants", self._tenant, "apis", api_id))

    def update(
        self,
        api_id: Id,
        **body: Unpack[types.PatchedApiChangeRequest],
    ) -> types.ApiOutput:
        """Change one; what is not given stays."""
        return self._caller.patch(path("tenants", self._tenant, "apis", api_id), body)

    def delete(self, api_id: Id) -> None:
        """Delete one."""
        self._caller.delete(path("tenants", self._tenant, "apis", api_id))

    def share(
        self,
        api_id: Id,
        **body: Unpack[types.ShareInputRequest],
    ) -> types.ApiOutput:
        """Say which other tenants' applications may ask for it: exactly these."""
        own = path("tenants", self._tenant, "apis", api_id, "shared-with")
        return self._caller.put(own, body)


class Roles(TenantNamespace):
    """The roles of a tenant."""

    def list(self, *, limit: int | None = None) -> Listing[types.RoleOutput]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "roles"), limit=limit)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.RoleInputRequest],
    ) -> types.RoleOutput:
        """Make one."""
        return self._caller.manage(
            path("tenants", self._tenant, "roles"), body, key=idempotency_key
        )

    def get(self, role_id: Id) -> types.RoleOutput:
        """Return one."""
        return self._caller.get(path("tenants", self._tenant, "roles", role_id))

    def update(
        self,
        role_id: Id,
        **body: Unpack[types.PatchedRoleChangeRequest],
    ) -> types.RoleOutput:
        """Change one; what is not given stays."""
        return self._caller.patch(path("tenants", self._tenant, "roles", role_id), body)

    def delete(self, role_id: Id) -> None:
        """Delete one."""
        self._caller.delete(path("tenants", self._tenant, "roles", role_id))


class Brand(TenantNamespace):
    """A tenant's look."""

    def get(self) -> types.BrandOutput:
        """Return it."""
        return self._caller.get(path("tenants", self._tenant, "brand"))

    def update(
        self,
        **body: Unpack[types.PatchedBrandChangeRequest],
    ) -> types.BrandOutput:
        """Change it; "" takes the instance's."""
        return self._caller.patch(path("tenants", self._tenant, "brand"), body)

    def put_logo(
        self,
        **body: Unpack[types.LogoInputRequest],
    ) -> types.BrandOutput:
        """Set the logo; `data` is base64 of up to 48,000 bytes."""
        own = path("tenants", self._tenant, "brand", "logo")
        return self._caller.put(own, body)

    def delete_logo(self) -> None:
        """Remove the logo."""
        self._caller.delete(path("tenants", self._tenant, "brand", "logo"))


class Consents(TenantNamespace):
    """What people let the tenant's applications have."""

    def list(self, *, limit: int | None = None) -> Listing[types.GivenConsentOut]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "consents"), limit=limit)

    def revoke(self, consent_id: Id) -> None:
        """Take one back."""
        self._caller.delete(path("tenants", self._tenant, "consents", consent_id))


class TenantAuditEvents(TenantNamespace):
    """What happened in a tenant."""

    def list(
        self,
        *,
        action: str | None = None,
        actor: str | None = None,
        target: str | None = None,
        limit: int | None = None,
    ) -> Listing[types.EventOutput]:
        """List it, newest first. `actor` and `target` are ids."""
        return self._caller.list(
            path("tenants", self._tenant, "audit-events"),
            action=action,
            actor=actor,
            target=target,
            limit=limit,
        )


class Tenant:
    """One tenant, by its slug. Made without asking the server."""

    def __init__(
        self,
        caller: Caller,
        tenant: str,
    ) -> None:
        path(tenant)  # an impossible slug is refused here already
        self.apis = Apis(caller, tenant)
        self.applications = Applications(caller, tenant)
        self.memberships = Memberships(caller, tenant)
        self.invitations = Invitations(caller, tenant)
        self.roles = Roles(caller, tenant)
        self.brand = Brand(caller, tenant)
        self.consents = Consents(caller, tenant)
        self.audit_events = TenantAuditEvents(caller, tenant)
