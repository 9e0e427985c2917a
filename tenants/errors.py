"""What tenants refuses, beyond the common tree."""

from config.errors import Conflict, NotAuthenticated


class InvalidClient(NotAuthenticated):
    """Client authentication failed (RFC 6749 section 5.2); never says how."""

    code = "invalid_client"
    title = "The client could not be authenticated."


class AccountExists(Conflict):
    """The invited address has an account; only told to who holds the mailed link."""

    code = "account_exists"
    title = "There is an account with this address: sign in, then accept."


class InvitationOfAnother(Conflict):
    """The invitation was mailed to another address than the account's."""

    code = "invitation_of_another"
    title = "This invitation was sent to another address."


class EmailUnverified(Conflict):
    """The account's owner has not proven its address: it may be a stranger's."""

    code = "email_unverified"
    title = "Prove the address of this account first."
