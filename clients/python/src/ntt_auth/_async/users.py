"""`client.users`: the people of the instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._async.caller import AsyncCaller
from ntt_auth._async.listing import AsyncListing
from ntt_auth._async.namespaces import Namespace
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class UserSessions(Namespace):
    """The sessions of a person."""

    def list(
        self,
        user_id: Id,
        *,
        limit: int | None = None,
    ) -> AsyncListing[types.SessionOut]:
        """List them; `limit` is the rows of a page, 1 to 100."""
        return self._caller.list(path("users", user_id, "sessions"), limit=limit)

    async def end_all(self, user_id: Id) -> None:
        """End all of them."""
        await self._caller.delete(path("users", user_id, "sessions"))


class Users(Namespace):
    """People, for those who run the instance."""

    def __init__(self, caller: AsyncCaller) -> None:
        super().__init__(caller)
        self.sessions = UserSessions(caller)

    def list(
        self,
        *,
        email: str | None = None,
        q: str | None = None,
        limit: int | None = None,
    ) -> AsyncListing[types.UserOutput]:
        """List them, newest first.

        `q` is an id, or how an address or a name begins; `email` is one address, however
        spelled.
        """
        return self._caller.list(path("users"), email=email, q=q, limit=limit)

    async def create(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.UserInputRequest],
    ) -> types.UserOutput:
        """Make one.

        With `send_invite=True` they are mailed a link, good for a week, by which to
        choose a password.
        """
        return await self._caller.manage(path("users"), body, key=idempotency_key)

    async def get(self, user_id: Id) -> types.UserOutput:
        """Return one."""
        return await self._caller.get(path("users", user_id))

    async def update(
        self,
        user_id: Id,
        **body: Unpack[types.PatchedProfileInputRequest],
    ) -> types.UserOutput:
        """Change one; what is not given stays."""
        return await self._caller.patch(path("users", user_id), body)

    async def delete(self, user_id: Id) -> None:
        """Erase one, for good."""
        await self._caller.delete(path("users", user_id))

    async def disable(
        self,
        user_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.UserOutput:
        """Disable one; every session ends."""
        return await self._caller.manage(
            path("users", user_id, "disable"), key=idempotency_key
        )

    async def enable(
        self,
        user_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.UserOutput:
        """Enable one again."""
        return await self._caller.manage(
            path("users", user_id, "enable"), key=idempotency_key
        )

    async def unlock(
        self,
        user_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.UserOutput:
        """Lift a lockout."""
        return await self._caller.manage(
            path("users", user_id, "unlock"), key=idempotency_key
        )

    async def invite(
        self,
        user_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> types.UserOutput:
        """Mail who never came in a new link to choose a password by; the old one is dead."""
        return await self._caller.manage(
            path("users", user_id, "invite"), key=idempotency_key
        )

    async def reset_mfa(
        self,
        user_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove all second factors; every session ends."""
        await self._caller.manage(
            path("users", user_id, "reset-mfa"), key=idempotency_key
        )
