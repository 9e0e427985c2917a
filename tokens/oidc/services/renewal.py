"""Refresh at `/oauth/token`: by the client that the session is of, for what was granted."""

from tenants.models import Application
from tokens import standing
from tokens.errors import TokenInvalid
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.oidc import targets
from tokens.services import refresh as rotation


def refresh(
    token: str,
    application: Application,
    *,
    scope: str,
    resource: str,
) -> TokenPair:
    """Exchange a refresh token; raises as `tokens.services.refresh.exchange` does.

    `scope` and `resource` narrow or redirect this one answer; "" takes what was granted.
    """
    presented = rotation.read(token)
    if presented.door != Session.Door.OAUTH:
        raise TokenInvalid("This token refreshes over REST.")
    if presented.client_id != application.client_id:
        raise TokenInvalid("The token belongs to another client.")
    target = None
    if scope or resource:
        present = standing.read(presented.sid)
        target = targets.narrowed(application, present, scope=scope, resource=resource)
    return rotation.exchange(presented, target)
