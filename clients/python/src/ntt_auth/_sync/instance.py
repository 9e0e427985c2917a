# Written by scripts/write_sync.py from _async/instance.py: change that.
"""`client.signing_keys` and `client.audit_events`: of the whole instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._sync.listing import Listing
from ntt_auth._sync.namespaces import Namespace
from ntt_auth.rest.paths import path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


class SigningKeys(Namespace):
    """The keys that sign tokens, for those who run the instance."""

    def list(self) -> Listing[types.SigningKeyOut]:
        """List them, newest first, without their private halves."""
        return self._caller.list(path("signing-keys"))

    def rotate(
        self,
        *,
        idempotency_key: str | None = None,
        **body: Unpack[types.RotateKeysInputRequest],
    ) -> types.RotatedKeys:
        """Begin with the next keys; `now` does not wait until all know them."""
        return self._caller.manage(
            path("signing-keys", "rotate"), body, key=idempotency_key
        )

    def revoke(
        self,
        kid: str,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Revoke one: all tokens that it signed are refused."""
        self._caller.manage(path("signing-keys", kid, "revoke"), key=idempotency_key)


class AuditEvents(Namespace):
    """What happened on the instance, for those who run it."""

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
            path("audit-events"),
            action=action,
            actor=actor,
            target=target,
            limit=limit,
        )
