"""Pushed authorization requests: left here by an authenticated client (RFC 9126).

What is given out names one, for the same client, once, within a minute and a half.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from authlib.oauth2.rfc6749 import InvalidRequestError
from django.utils import timezone

from config.encryption import decrypt, encrypt
from tenants.models import Application
from tokens.oidc import authorization
from tokens.oidc.authorization import Refused, Unanswerable
from tokens.oidc.models import PushedRequest

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIVES = timedelta(seconds=90)


def push(
    application: Application,
    given: Mapping[str, str],
) -> str:
    """Keep a request, and return the `request_uri` that stands for it.

    It is checked as it would be at `/oauth/authorize`; raises `OAuth2Error` (section 2.3).
    What nobody reads there is not kept, the client's credentials among it.
    """
    if "request_uri" in given:
        raise InvalidRequestError("A pushed request holds no request_uri.")
    asked = {**given, "client_id": application.client_id}
    try:
        authorization.read(asked, pushed=True)
    except (Refused, Unanswerable) as refusal:
        raise refusal.error from None
    kept = {name: v for name, v in asked.items() if name in authorization.READ}
    handle = secrets.token_urlsafe(32)
    PushedRequest.objects.create(
        digest=_digest(handle),
        application=application,
        parameters=encrypt(json.dumps(kept)),
        expires_at=timezone.now() + LIVES,
    )
    return PREFIX + handle


def is_ours(request_uri: str) -> bool:
    """Tell whether a `request_uri` has the form of those that we give out."""
    return request_uri.startswith(PREFIX)


def take(given: Mapping[str, str]) -> dict[str, str]:
    """Return the request that a `request_uri` stands for; it is used up by that.

    Whatever else stands beside it counts for nothing. Raises `Unanswerable`.
    """
    mine = PushedRequest.objects.filter(
        digest=_digest(given["request_uri"].removeprefix(PREFIX)),
        application__client_id=given.get("client_id", ""),
    )
    row, now = mine.first(), timezone.now()
    # An UPDATE over a join is two statements on MySQL: it would claim nothing.
    unused = PushedRequest.objects.filter(used_at=None, expires_at__gt=now)
    if row is None or not unused.filter(pk=row.pk).update(used_at=now):
        raise Unanswerable(InvalidRequestError("The request_uri is used, or is over."))
    found: dict[str, str] = json.loads(decrypt(row.parameters))
    return found


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()
