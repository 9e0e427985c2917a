"""What accounts refuses, with the codes that clients know."""

from config.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    ServiceError,
)


class InvalidCredentials(NotAuthenticated):
    """Unknown account, wrong password, disabled user: one answer for all of them."""

    code = "invalid_credentials"
    title = "The e-mail address or the password is wrong."


class EmailVerificationRequired(NotAuthenticated):
    """The password is right; `flow_token` and `methods` say how to go on."""

    code = "email_verification_required"
    title = "The e-mail address has to be verified first."


class OwnProofRequired(Forbidden):
    """A tenant's provider vouched, where the account's own password is asked for."""

    code = "own_proof_required"
    title = "Sign in with the account's own password first."


class LastWayIn(Conflict):
    """Without it nobody could sign in to the account any more."""

    code = "last_way_in"
    title = "This is the only way to sign in to the account. Add another one first."


class FlowInvalid(NotAuthenticated):
    """The `flow_token` is unknown, run out, finished or used up: begin again."""

    code = "flow_invalid"
    title = "This sign-in is over. Begin again."


class CodeInvalid(NotAuthenticated):
    """The mailed code is wrong; one answer whether or not the flow could ever finish."""

    code = "code_invalid"
    title = "The code is wrong."


class CredentialInvalid(NotAuthenticated):
    """The passkey's answer does not fit: another origin, challenge, key or person."""

    code = "credential_invalid"
    title = "This passkey was not accepted."


class PasskeysUnavailable(Conflict):
    """The issuer's host is an IP address, which no passkey can be bound to."""

    code = "passkeys_unavailable"
    title = "This instance cannot have passkeys: its issuer's host is no domain name."


class MfaRequired(NotAuthenticated):
    """The password is right; a second factor is asked for."""

    code = "mfa_required"
    title = "A second factor is required."


class MfaEnrollmentRequired(NotAuthenticated):
    """The policy asks for a second factor, and the person has none: enrol one first."""

    code = "mfa_enrollment_required"
    title = "A second factor has to be set up first."


class InsufficientUserAuthentication(NotAuthenticated):
    """Sign-in was too long ago, or without a second factor, for this (RFC 9470).

    `extra` holds `max_age` (seconds), or `acr_values`, that a new proof has to meet.
    """

    code = "insufficient_user_authentication"
    title = "Prove again who you are."


class LinkInvalid(ServiceError):
    """The mailed link is unknown, used, run out, replaced, or overtaken by a change."""

    status = 410
    code = "link_invalid"
    title = "This link is not valid any more."


class InsufficientScope(Forbidden):
    """The token is good and does not hold `scope`, which this needs (RFC 6750 3.1)."""

    code = "insufficient_scope"
    title = "The token's scope does not allow this."


class EmailTaken(Conflict):
    """Somebody has this address. Only told where verification is switched off."""

    code = "email_taken"
    title = "There is an account with this e-mail address."


class SetupLinkRefused(ServiceError):
    """The set-up link is unknown, used, too old, or no longer needed."""

    status = 410
    code = "setup_link_refused"
    title = "This set-up link is not valid any more."


class PasswordRefused(InvalidInput):
    """The password does not meet the policy; `errors` says in which way."""

    title = "The password is not acceptable."

    @classmethod
    def because(
        cls,
        code: str,
        *,
        detail: str,
        field: str = "password",
    ) -> "PasswordRefused":
        """Return the refusal of the body field that carried the password."""
        return cls(detail, errors=[FieldError(f"#/{field}", code, detail)])
