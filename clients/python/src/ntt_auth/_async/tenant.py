"""`client.tenant(slug)`: everything that one tenant holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._async.applications import Applications
from ntt_auth._async.caller import AsyncCaller
from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.memberships import Invitations, Memberships
from ntt_auth._async.namespaces import TenantNamespace
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Apis(TenantNamespace):
    """The APIs of a tenant."""

    def list(self, *, limit: int | None = None) -> AsyncListing[types.ApiOutput]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "apis"), limit=limit)

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.ApiInputRequest],
    ) -> types.ApiOutput:
        """Make one; `identifier` is the audience of its tokens."""
        return await self._caller.manage(
            path("tenants", self._tenant, "apis"), body, key=idempotency_key
        )

    async def get(self, api_id: Id) -> types.ApiOutput:
        """Return one."""
        return await self._caller.get(path("tenants", self._tenant, "apis", api_id))

    async def update(
        self,
        api_id: Id,
        **body: Unpack[types.PatchedApiChangeRequest],
    ) -> types.ApiOutput:
        """Change one; what is not given stays."""
        return await self._caller.patch(
            path("tenants", self._tenant, "apis", api_id), body
        )

    async def delete(self, api_id: Id) -> None:
        """Delete one."""
        await self._caller.delete(path("tenants", self._tenant, "apis", api_id))

    async def share(
        self,
        api_id: Id,
        **body: Unpack[types.ShareInputRequest],
    ) -> types.ApiOutput:
        """Say which other tenants' applications may ask for it: exactly these."""
        own = path("tenants", self._tenant, "apis", api_id, "shared-with")
        return await self._caller.put(own, body)


class Roles(TenantNamespace):
    """The roles of a tenant."""

    def list(self, *, limit: int | None = None) -> AsyncListing[types.RoleOutput]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "roles"), limit=limit)

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.RoleInputRequest],
    ) -> types.RoleOutput:
        """Make one."""
        return await self._caller.manage(
            path("tenants", self._tenant, "roles"), body, key=idempotency_key
        )

    async def get(self, role_id: Id) -> types.RoleOutput:
        """Return one."""
        return await self._caller.get(path("tenants", self._tenant, "roles", role_id))

    async def update(
        self,
        role_id: Id,
        **body: Unpack[types.PatchedRoleChangeRequest],
    ) -> types.RoleOutput:
        """Change one; what is not given stays."""
        return await self._caller.patch(
            path("tenants", self._tenant, "roles", role_id), body
        )

    async def delete(self, role_id: Id) -> None:
        """Delete one."""
        await self._caller.delete(path("tenants", self._tenant, "roles", role_id))


class Brand(TenantNamespace):
    """A tenant's look."""

    async def get(self) -> types.BrandOutput:
        """Return it."""
        return await self._caller.get(path("tenants", self._tenant, "brand"))

    async def update(
        self,
        **body: Unpack[types.PatchedBrandChangeRequest],
    ) -> types.BrandOutput:
        """Change it; "" takes the instance's."""
        return await self._caller.patch(path("tenants", self._tenant, "brand"), body)

    async def put_logo(
        self,
        **body: Unpack[types.LogoInputRequest],
    ) -> types.BrandOutput:
        """Set the logo; `data` is base64 of up to 48,000 bytes."""
        own = path("tenants", self._tenant, "brand", "logo")
        return await self._caller.put(own, body)

    async def delete_logo(self) -> None:
        """Remove the logo."""
        await self._caller.delete(path("tenants", self._tenant, "brand", "logo"))


class Consents(TenantNamespace):
    """What people let the tenant's applications have."""

    def list(self, *, limit: int | None = None) -> AsyncListing[types.GivenConsentOut]:
        """List them, newest first."""
        return self._caller.list(path("tenants", self._tenant, "consents"), limit=limit)

    async def revoke(self, consent_id: Id) -> None:
        """Take one back."""
        await self._caller.delete(path("tenants", self._tenant, "consents", consent_id))


class TenantAuditEvents(TenantNamespace):
    """What happened in a tenant."""

    def list(
        self,
        *,
        action: str | None = None,
        actor: str | None = None,
        target: str | None = None,
        limit: int | None = None,
    ) -> AsyncListing[types.EventOutput]:
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
        caller: AsyncCaller,
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
