# Written by scripts/write_sync.py from _async/tenants.py: change that.
"""`client.tenants`: the tenants themselves; `client.tenant(slug)` is what one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._sync.listing import Listing
from ntt_auth._sync.namespaces import Namespace
from ntt_auth.rest.paths import path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Tenants(Namespace):
    """The tenants, by their slugs."""

    def list(self, *, limit: int | None = None) -> Listing[types.TenantOutput]:
        """List those that the caller may know of."""
        return self._caller.list(path("tenants"), limit=limit)

    def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.TenantInputRequest],
    ) -> types.TenantOutput:
        """Make one."""
        return self._caller.manage(path("tenants"), body, key=idempotency_key)

    def get(self, slug: str) -> types.TenantOutput:
        """Return one."""
        return self._caller.get(path("tenants", slug))

    def update(
        self,
        slug: str,
        **body: Unpack[types.PatchedTenantChangeRequest],
    ) -> types.TenantOutput:
        """Change one; what is not given stays."""
        return self._caller.patch(path("tenants", slug), body)

    def suspend(
        self,
        slug: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.TenantOutput:
        """Refuse all its tokens and sign-ins."""
        return self._caller.manage(
            path("tenants", slug, "suspend"), key=idempotency_key
        )

    def resume(
        self,
        slug: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.TenantOutput:
        """Let it go on."""
        return self._caller.manage(path("tenants", slug, "resume"), key=idempotency_key)
