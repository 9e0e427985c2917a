"""A passkey on a page: what its browser is asked, and what it answered."""

import json
import time
from typing import Any

from django.http import HttpRequest

from accounts.flows import webauthn
from tokens.pages import steps
from tokens.services import entrances, second_factor

KEPT = "passkey"
FIELD = "credential"
_SECONDS = 600  # of the 900 that such a flow lasts


def offered(request: HttpRequest) -> dict[str, Any] | None:
    """Return WebAuthn request options for signing in by passkey alone; None without any.

    A browser keeps its flow for a while, so that looking at the page again begins no other.
    """
    if not webauthn.is_possible():
        return None
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or kept["until"] < time.time():
        flow_token, options = second_factor.begin_passkey(entrances.hosted())
        until = time.time() + _SECONDS
        kept = {"flow_token": flow_token, "options": options, "until": until}
        request.session[KEPT] = kept
        steps.expire_soon(request)
    found: dict[str, Any] = kept["options"]
    return found


def taken(request: HttpRequest) -> str:
    """Return the `flow_token` of what was offered; it is offered no more."""
    return str(request.session.pop(KEPT, {}).get("flow_token", ""))


def shown(request: HttpRequest) -> Any:
    """Return what a passkey's form posted: WebAuthn's JSON, or None for what is none."""
    text = request.POST.get(FIELD, "")
    if len(text) > webauthn.MOST_CHARACTERS * 4:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
