"""`client.tenant(slug).applications`, and their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._async.caller import AsyncCaller
from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.namespaces import TenantNamespace
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class Secrets(TenantNamespace):
    """The secrets of an application."""

    def list(
        self,
        client_id: str,
        *,
        limit: int | None = None,
    ) -> AsyncListing[types.SecretOutput]:
        """List them: their last four characters, never the whole."""
        return self._caller.list(self._path(client_id), limit=limit)

    async def rotate(
        self,
        client_id: str,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.RotateInputRequest],
    ) -> types.NewSecretOutput:
        """Return a new one, shown this once; the older serve `overlap` seconds more.

        Where the first answer was lost the repetition's `client_secret` is None: rotate
        again.
        """
        return await self._caller.manage(
            self._path(client_id), body, key=idempotency_key
        )

    async def revoke(
        self,
        client_id: str,
        secret_id: Id,
    ) -> None:
        """End one."""
        await self._caller.delete(self._path(client_id, secret_id))

    def _path(
        self,
        client_id: str,
        *secret: Id,
    ) -> str:
        own = (client_id, "secrets", *secret)
        return path("tenants", self._tenant, "applications", *own)


class Applications(TenantNamespace):
    """The applications of a tenant, by their `client_id`."""

    def __init__(
        self,
        caller: AsyncCaller,
        tenant: str,
    ) -> None:
        super().__init__(caller, tenant)
        self.secrets = Secrets(caller, tenant)

    def list(
        self, *, limit: int | None = None
    ) -> AsyncListing[types.ApplicationOutput]:
        """List them, newest first."""
        return self._caller.list(
            path("tenants", self._tenant, "applications"), limit=limit
        )

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.ApplicationInputRequest],
    ) -> types.NewApplicationOutput:
        """Make one; its `client_secret`, if it has one, is shown this once.

        Where the first answer was lost the repetition's is None: rotate the secret.
        """
        return await self._caller.manage(
            path("tenants", self._tenant, "applications"), body, key=idempotency_key
        )

    async def get(self, client_id: str) -> types.ApplicationOutput:
        """Return one."""
        return await self._caller.get(
            path("tenants", self._tenant, "applications", client_id)
        )

    async def update(
        self,
        client_id: str,
        **body: Unpack[types.PatchedApplicationChangeRequest],
    ) -> types.ApplicationOutput:
        """Change one; what is not given stays."""
        return await self._caller.patch(
            path("tenants", self._tenant, "applications", client_id), body
        )

    async def delete(self, client_id: str) -> None:
        """Delete one."""
        await self._caller.delete(
            path("tenants", self._tenant, "applications", client_id)
        )

    async def suspend(
        self,
        client_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.ApplicationOutput:
        """Refuse all its tokens and sign-ins."""
        return await self._caller.manage(
            path("tenants", self._tenant, "applications", client_id, "suspend"),
            key=idempotency_key,
        )

    async def resume(
        self,
        client_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> types.ApplicationOutput:
        """Let it go on."""
        return await self._caller.manage(
            path("tenants", self._tenant, "applications", client_id, "resume"),
            key=idempotency_key,
        )
