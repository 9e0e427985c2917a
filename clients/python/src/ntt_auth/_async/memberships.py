"""`client.tenant(slug).memberships` and `.invitations`: who belongs to a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.namespaces import TenantNamespace
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Memberships(TenantNamespace):
    """Who belongs to a tenant."""

    def list(self, *, limit: int | None = None) -> AsyncListing[types.MembershipOutput]:
        """List them, newest first."""
        return self._caller.list(
            path("tenants", self._tenant, "memberships"), limit=limit
        )

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.MembershipInputRequest],
    ) -> types.MembershipOutput:
        """Make a member of somebody, by `email` or by `user_id`."""
        return await self._caller.manage(
            path("tenants", self._tenant, "memberships"), body, key=idempotency_key
        )

    async def get(self, membership_id: Id) -> types.MembershipOutput:
        """Return one."""
        return await self._caller.get(
            path("tenants", self._tenant, "memberships", membership_id)
        )

    async def update(
        self,
        membership_id: Id,
        **body: Unpack[types.PatchedMembershipChangeRequest],
    ) -> types.MembershipOutput:
        """Change one; `roles` are exactly these afterwards."""
        return await self._caller.patch(
            path("tenants", self._tenant, "memberships", membership_id), body
        )

    async def delete(self, membership_id: Id) -> None:
        """End one."""
        await self._caller.delete(
            path("tenants", self._tenant, "memberships", membership_id)
        )

    async def suspend(
        self,
        membership_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.MembershipOutput:
        """Refuse their tokens in the tenant."""
        return await self._caller.manage(
            path("tenants", self._tenant, "memberships", membership_id, "suspend"),
            key=idempotency_key,
        )

    async def resume(
        self,
        membership_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.MembershipOutput:
        """Let them in again."""
        return await self._caller.manage(
            path("tenants", self._tenant, "memberships", membership_id, "resume"),
            key=idempotency_key,
        )


class Invitations(TenantNamespace):
    """Whom a tenant invites."""

    def list(
        self,
        *,
        state: types.StateEnum | None = None,
        limit: int | None = None,
    ) -> AsyncListing[types.InvitationOutput]:
        """List them, newest first; `state` narrows."""
        return self._caller.list(
            path("tenants", self._tenant, "invitations"), state=state, limit=limit
        )

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.InvitationInputRequest],
    ) -> types.InvitationOutput:
        """Invite somebody by mail."""
        return await self._caller.manage(
            path("tenants", self._tenant, "invitations"), body, key=idempotency_key
        )

    async def get(self, invitation_id: Id) -> types.InvitationOutput:
        """Return one."""
        return await self._caller.get(
            path("tenants", self._tenant, "invitations", invitation_id)
        )

    async def revoke(self, invitation_id: Id) -> None:
        """Take one back."""
        await self._caller.delete(
            path("tenants", self._tenant, "invitations", invitation_id)
        )

    async def resend(
        self,
        invitation_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.InvitationOutput:
        """Mail it again; the link before is dead."""
        return await self._caller.manage(
            path("tenants", self._tenant, "invitations", invitation_id, "resend"),
            key=idempotency_key,
        )
