"""What social sign-in refuses, with the codes that clients know."""

from config.errors import Conflict, Forbidden, NotAuthenticated, NotFound, Unavailable


class UpstreamFault(NotAuthenticated):
    """A provider did not vouch for anybody. `check` is what failed, for operators alone.

    `is_recorded`: it stands in the audit trail, where it stands once.
    """

    code = "provider_refused"
    title = "The provider did not confirm who you are."

    def __init__(
        self,
        check: str,
        reason: str = "",
    ) -> None:
        super().__init__()
        self.check, self.reason = check, reason
        self.is_recorded = False

    @property
    def outcome(self) -> str:
        """What the audit trail says."""
        return f"{self.check}: {self.reason}" if self.reason else self.check


class ProviderUnavailable(Unavailable):
    """A provider does not answer, or too many people wait for it already."""

    code = "provider_unavailable"
    title = "The provider does not answer right now."


class ProviderUnknown(NotFound):
    """There is no such connection for this application."""

    code = "unknown_provider"
    title = "This application does not offer that provider."


class AttemptOver(NotAuthenticated):
    """The way back does not fit: too late, taken before, or another browser's."""

    code = "attempt_over"
    title = "This sign-in is over. Begin again."


class LinkRequired(Conflict):
    """An account has the address: its own sign-in comes first, then the connection."""

    code = "identity_link_required"
    title = "Sign in to your account first, and connect the provider there."


class EmailUnproven(Forbidden):
    """The provider does not vouch for an address, and there is no page to prove one."""

    code = "email_unproven"
    title = "The provider names no address that it has verified."


class IdentityTaken(Conflict):
    """Somebody else's account is connected to it."""

    code = "identity_taken"
    title = "That account is connected to somebody else."
