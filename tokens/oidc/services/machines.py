"""That an application gets tokens for itself: written down, not each time.

Services ask every few minutes, and a busy one far more often: the first token for an
audience in a minute is an event, in each worker.
"""

import math
import time

from accounts.audit.actions import Action
from accounts.audit.services import record
from tenants.admission import Target
from tenants.models import Application

EVERY_SECONDS = 60.0
_MOST = 10_000
_noted: dict[tuple[str, str], float] = {}


def note_token(
    application: Application,
    target: Target,
) -> None:
    """Record `SERVICE_TOKEN_ISSUED`, unless that was done within the minute."""
    key, now = (application.client_id, target.audience), time.monotonic()
    if now - _noted.get(key, -math.inf) < EVERY_SECONDS:
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[key] = now
    record(
        Action.SERVICE_TOKEN_ISSUED,
        acting=application,
        target=application,
        tenant_id=application.tenant_id,
        details={"audience": target.audience, "scope": target.scope},
    )


def forget() -> None:
    """Note the next token of everybody: tests have a database each."""
    _noted.clear()
