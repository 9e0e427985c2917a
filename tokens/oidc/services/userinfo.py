"""What UserInfo tells, and to whom (OpenID Connect Core section 5.3)."""

from dataclasses import dataclass
from typing import Any

from accounts import limits
from accounts.errors import InsufficientScope
from tokens import standing, verification
from tokens.errors import TokenInvalid
from tokens.oidc import statements
from tokens.standing import Standing

SCOPE = "openid"


@dataclass(frozen=True)
class UserInfo:
    """The claims, and the session whose token asked for them."""

    claims: dict[str, Any]
    present: Standing

    @property
    def signed(self) -> str:
        """They as a JWT for the session's client (section 5.3.2)."""
        return statements.signed_user_info(self.present, self.claims)


def about(token: str) -> UserInfo:
    """Return what the bearer of an access token may know of its person, as it is now.

    The token may be for any audience. Raises `TokenInvalid` (also for a service's own),
    `TokenExpired`, `TokenRevoked`, `InsufficientScope` and `TooManyRequests`.
    """
    principal = verification.verify(token, audience=None)
    if principal.sid is None:
        raise TokenInvalid("This token speaks for no user.")
    if SCOPE not in principal.scope:
        raise InsufficientScope(extra={"scope": SCOPE})
    limits.hit("api_caller", "user", str(principal.user_id))
    present = standing.read(principal.sid)
    present.require_in_force()
    claims = statements.claims_about(present, " ".join(principal.scope))
    return UserInfo(claims, present)
