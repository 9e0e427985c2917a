"""Refresh at `/oauth/token`: by the client that the session is of, for what was granted."""

from dataclasses import replace

from django.conf import settings

from config.errors import InvalidInput
from tenants.admission import Target
from tenants.models import Application
from tokens import standing
from tokens.errors import TokenInvalid
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.oidc import targets
from tokens.oidc.services import consents
from tokens.services import refresh as rotation
from tokens.standing import Standing


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
    if not scope and not resource:
        return rotation.exchange(presented, None)
    present = standing.read(presented.sid)
    target = targets.narrowed(application, present, scope=scope, resource=resource)
    if target is not None:
        target = _allowed(application, present, target, is_exact=bool(scope))
    return rotation.exchange(presented, target)


def _allowed(
    application: Application,
    present: Standing,
    target: Target,
    *,
    is_exact: bool,
) -> Target:
    """Return what of a target its person allowed; nobody is there to be asked.

    UserInfo tells no more than was granted with the session. Raises `InvalidInput` for
    another audience that was never consented to, and where `is_exact` for any scope of it.
    """
    if target.audience in (present.target.audience, settings.USER_INFO):
        return target
    absent = consents.missing(present.user_id, application, target)
    held = [name for name in target.scope.split() if name not in absent]
    kept = replace(target, scope=" ".join(held))
    if consents.is_needed(present.user_id, application, kept):
        raise InvalidInput.at(
            "resource",
            code="invalid_target",
            detail="The person has not let this client have this resource.",
        )
    if absent and is_exact:
        raise InvalidInput.at(
            "scope", code="invalid_scope", detail="The scope goes beyond the consent."
        )
    return kept
