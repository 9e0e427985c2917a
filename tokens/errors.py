"""What token holders are told; the codes are design section 6's."""

from config.errors import NotAuthenticated, ServiceError


class TokenInvalid(NotAuthenticated):
    """Not a token of ours, or not of the kind asked for."""

    code = "token_invalid"
    title = "The token is not valid here."


class TokenExpired(NotAuthenticated):
    """It was ours; its time is over."""

    code = "token_expired"
    title = "The token has expired."


class TokenRevoked(NotAuthenticated):
    """It was ended before its time: sign in again."""

    code = "token_revoked"
    title = "The token has been revoked."


class RefreshTokenReused(NotAuthenticated):
    """An old generation came back: somebody else may hold it, so the session ended."""

    code = "refresh_token_reused"
    title = "This refresh token was used before; its session has ended."


class CursorMalformed(ServiceError):
    """The cursor is none of ours."""

    code = "invalid_cursor"
    title = "The cursor is malformed."


class CursorGone(ServiceError):
    """The feed was restarted, or the cursor is ahead of it: begin without `after`."""

    status = 410
    code = "cursor_gone"
    title = "This cursor is of another feed; begin again without `after`."
