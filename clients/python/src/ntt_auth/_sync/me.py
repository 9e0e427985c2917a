# Written by scripts/write_sync.py from _async/me.py: change that.
"""`client.me`: one's own account, with a person's token (scope `account`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ntt_auth._sync.caller import Caller
from ntt_auth._sync.listing import Listing
from ntt_auth._sync.namespaces import Namespace
from ntt_auth.rest.calls import given
from ntt_auth.rest.paths import Id, path

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth import types


def _me(*parts: Id) -> str:
    return path("users", "me", *parts)


class OwnFactors(Namespace):
    """One's second factors."""

    def list(self) -> types.FactorsOut:
        """Return all of them, without their secrets."""
        return self._caller.get(_me("mfa"))

    def enroll(self, method: types.EnrolMethodEnum) -> types.Enrolling:
        """Begin with a new one: "totp" gives a secret, "webauthn" options."""
        return self._caller.post(_me("mfa", "enroll"), {"method": method})

    def confirm(
        self,
        flow_token: str,
        *,
        method: types.EnrolMethodEnum,
        code: str | None = None,
        credential: Any = None,
        name: str | None = None,
    ) -> types.RecoveryCodes:
        """Keep it by its `code` or `credential`; the first brings recovery codes."""
        body = given(
            flow_token=flow_token,
            method=method,
            code=code,
            credential=credential,
            name=name,
        )
        return self._caller.post(_me("mfa", "confirm"), body)

    def create_recovery_codes(self) -> types.RecoveryCodes:
        """Return ten new ones; those before are dead."""
        return self._caller.post(_me("mfa", "recovery-codes"))

    def rename(
        self,
        factor_id: Id,
        **body: Unpack[types.PatchedFactorInputRequest],
    ) -> types.FactorOut:
        """Name a passkey."""
        return self._caller.patch(_me("mfa", factor_id), body)

    def remove(self, factor_id: Id) -> None:
        """Remove one; with the last one the recovery codes go too."""
        self._caller.delete(_me("mfa", factor_id))


class OwnSessions(Namespace):
    """One's sessions."""

    def list(self, *, limit: int | None = None) -> Listing[types.SessionOut]:
        """List them; `limit` is the rows of a page, 1 to 100."""
        return self._caller.list(_me("sessions"), limit=limit)

    def end(self, sid: Id) -> None:
        """End one."""
        self._caller.delete(_me("sessions", sid))

    def end_all(self, *, except_current: bool = False) -> None:
        """End all, or all others."""
        spared = {"except": "current"} if except_current else {}
        self._caller.delete(_me("sessions"), **spared)


class OwnConsents(Namespace):
    """What one lets applications have."""

    def list(self, *, limit: int | None = None) -> Listing[types.ConsentOut]:
        """List it, newest first."""
        return self._caller.list(_me("consents"), limit=limit)

    def revoke(self, consent_id: Id) -> None:
        """Take one back."""
        self._caller.delete(_me("consents", consent_id))


class OwnIdentities(Namespace):
    """One's accounts at other providers."""

    def list(self) -> types.IdentitiesOut:
        """Return all of them, the oldest first."""
        return self._caller.get(_me("identities"))

    def link(
        self,
        **body: Unpack[types.IdentityInputRequest],
    ) -> types.IdentityOut:
        """Connect one by its ID token."""
        return self._caller.post(_me("identities"), body)

    def unlink(self, identity_id: Id) -> None:
        """Disconnect one."""
        self._caller.delete(_me("identities", identity_id))


class Me(Namespace):
    """One's own account."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.mfa = OwnFactors(caller)
        self.sessions = OwnSessions(caller)
        self.consents = OwnConsents(caller)
        self.identities = OwnIdentities(caller)

    def get(self) -> types.MeOutput:
        """Return who one is."""
        return self._caller.get(_me())

    def update(
        self,
        **body: Unpack[types.PatchedProfileInputRequest],
    ) -> types.MeOutput:
        """Change one's name or language; what is not given stays."""
        return self._caller.patch(_me(), body)

    def delete(self) -> types.LeavingOutput:
        """Leave: the account is shut now, and erased at `erase_at`."""
        return self._caller.delete(_me())

    def export(self) -> types.ExportOutput:
        """Return all that is held about one."""
        return self._caller.get(_me("export"))

    def change_email(self, email: str) -> None:
        """Mail a link to the new address; `auth.confirm_email_change` takes its key."""
        self._caller.post(_me("email"), {"email": email})

    def send_verification(self) -> None:
        """Mail a link that proves the address."""
        self._caller.post(_me("email", "verification"))

    def change_password(
        self,
        current_password: str,
        new_password: str,
    ) -> types.TokenResponse:
        """Change the password; every other session ends, and this one has new tokens."""
        body = given(current_password=current_password, new_password=new_password)
        return self._caller.post(_me("password"), body)

    def accept_invitation(self, key: str) -> types.AcceptedOutput:
        """Accept an invitation by the key of its link."""
        return self._caller.post(_me("invitations"), {"key": key})
