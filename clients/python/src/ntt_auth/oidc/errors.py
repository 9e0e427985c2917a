"""What can go wrong between a browser's way out and its way back."""

from ntt_auth.errors import AuthError, Refused


class SignInFailed(AuthError):
    """The browser came back with no sign-in that may be believed.

    `code` says why: `state_mismatch`, `issuer_mismatch`, `sign_in_expired`,
    `id_token_invalid`, or what the issuer answered, such as `access_denied`.
    """

    status = 400
    code = "sign_in_failed"
    title = "The sign-in did not succeed."
    action = "Begin again."


class IdTokenInvalid(SignInFailed):
    """The ID token does not prove what it has to (OpenID Connect Core 3.1.3.7)."""

    code = "id_token_invalid"
    title = "The ID token is not valid."


class RefreshRefused(Refused):
    """The refresh token is over: the session has ended, sign in again."""

    code = "refresh_refused"
    title = "The session has ended."
    action = "Sign in again."


class LogoutTokenInvalid(AuthError):
    """Not a genuine logout token (OpenID Connect Back-Channel Logout 2.6)."""

    status = 400
    code = "logout_token_invalid"
    title = "The logout token is not valid."


class LogoutTokenReplayed(LogoutTokenInvalid):
    """It is genuine, and was here before: answer 200, and do nothing."""

    code = "logout_token_replayed"
    title = "The logout token was used before."
