"""`client.tenants`: the tenants themselves; `client.tenant(slug)` is what one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.namespaces import Namespace
from ntt_auth.rest.paths import path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Tenants(Namespace):
    """The tenants, by their slugs."""

    def list(self, *, limit: int | None = None) -> AsyncListing[types.TenantOutput]:
        """List those that the caller may know of."""
        return self._caller.list(path("tenants"), limit=limit)

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.TenantInputRequest],
    ) -> types.TenantOutput:
        """Make one."""
        return await self._caller.manage(path("tenants"), body, key=idempotency_key)

    async def get(self, slug: str) -> types.TenantOutput:
        """Return one."""
        return await self._caller.get(path("tenants", slug))

    async def update(
        self,
        slug: str,
        **body: Unpack[types.PatchedTenantChangeRequest],
    ) -> types.TenantOutput:
        """Change one; what is not given stays."""
        return await self._caller.patch(path("tenants", slug), body)

    async def suspend(
        self,
        slug: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.TenantOutput:
        """Refuse all its tokens and sign-ins."""
        return await self._caller.manage(
            path("tenants", slug, "suspend"), key=idempotency_key
        )

    async def resume(
        self,
        slug: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.TenantOutput:
        """Let it go on."""
        return await self._caller.manage(
            path("tenants", slug, "resume"), key=idempotency_key
        )
