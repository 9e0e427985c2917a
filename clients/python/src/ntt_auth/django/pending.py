"""Sign-ins that have begun, each in a cookie of its own: several tabs do not meet.

Sealed, so the browser reads nothing; bound to that browser; gone at the callback. Nothing
is kept on the server for whoever only looks at the sign-in page.
"""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ntt_auth.django import sealing
from ntt_auth.oidc import Pending

LIVES_SECONDS = 3600
MOST = 5
_PURPOSE = "pending"
_PREFIX = "ntt-auth-"


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun, and the local path to go to afterwards."""

    pending: Pending
    goes_to: str


def remember(
    request: HttpRequest,
    response: HttpResponse,
    begun: Begun,
) -> None:
    """Keep it in the browser; the oldest give way where there are too many."""
    held = json.dumps({"pending": begun.pending.to_json(), "next": begun.goes_to})
    there = [name for name in request.COOKIES if name.startswith(_prefix(request))]
    for name in there[: max(0, len(there) - MOST + 1)]:
        forget(request, response, name)
    response.set_cookie(
        _name(request, begun.pending.state),
        sealing.seal(_PURPOSE, held),
        max_age=LIVES_SECONDS,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="Lax",  # the way back is a navigation from another site
    )


def recall(
    request: HttpRequest,
    state: str,
) -> Begun | None:
    """Return what began in this browser with this state."""
    sealed = request.COOKIES.get(_name(request, state), "")
    try:
        held = json.loads(sealing.unseal(_PURPOSE, sealed, lives=LIVES_SECONDS))
        return Begun(Pending.from_json(held["pending"]), held["next"])
    except (sealing.Unreadable, ValueError, KeyError, TypeError):
        return None


def done(
    request: HttpRequest,
    response: HttpResponse,
    state: str,
) -> None:
    """Forget it: a state is good once."""
    forget(request, response, _name(request, state))


def forget(
    request: HttpRequest,
    response: HttpResponse,
    name: str,
) -> None:
    """Let the browser drop a cookie."""
    secure = _is_secure(request)
    response.set_cookie(name, "", max_age=0, path="/", secure=secure, httponly=True)


def _is_secure(request: HttpRequest) -> bool:
    return request.is_secure() or bool(settings.SESSION_COOKIE_SECURE)


def _prefix(request: HttpRequest) -> str:
    # __Host-: a neighbour's subdomain cannot plant one
    return f"__Host-{_PREFIX}" if _is_secure(request) else _PREFIX


def _name(
    request: HttpRequest,
    state: str,
) -> str:
    digest = hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
    return f"{_prefix(request)}{digest[:16]}"
