"""Authorization codes: given to a browser, exchanged once by the client they are for.

A code is claimed and its session written in one transaction; a second exchange ends that
session (RFC 6749 section 4.1.2). Who shows a wrong verifier, or is another client, uses
nothing up: a stolen code is worth nothing, and its owner's still works.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.audit.actions import Action
from config.errors import Unavailable
from tenants import admission
from tenants.admission import Target
from tenants.models import Application
from tokens.models import Login, Session
from tokens.oidc.models import AuthorizationCode, Code, DeviceCode
from tokens.services import sessions, shares

LIVES = timedelta(seconds=60)
_ROUNDS = 3


@dataclass(frozen=True)
class Grant:
    """What a person granted, to be written into a code."""

    application: Application
    target: Target
    redirect_uri: str
    code_challenge: str
    nonce: str


def digest_of(code: str) -> str:
    """Return what is stored of a code."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def give(
    grant: Grant,
    *,
    login_id: UUID,
) -> str:
    """Return a fresh code for a grant of the person whose login that is."""
    code = secrets.token_urlsafe(32)
    AuthorizationCode.objects.create(
        digest=digest_of(code),
        login_id=login_id,
        application=grant.application,
        api_id=grant.target.api_id,
        scope=grant.target.scope,
        redirect_uri=grant.redirect_uri,
        code_challenge=grant.code_challenge,
        nonce=grant.nonce,
        expires_at=timezone.now() + LIVES,
    )
    return code


def find(
    code: str,
    application: Application,
) -> AuthorizationCode | None:
    """Return the row of a client's code, used or not; None for anybody else's."""
    mine = AuthorizationCode.objects.select_related("login__user", "api")
    return mine.filter(digest=digest_of(code), application=application).first()


def drop(**whose: Any) -> None:
    """Drop the codes not exchanged yet, of browsers and of devices, that a filter names.

    What is exchanged meanwhile is a session, which the caller ends after this, or whose
    epochs it has moved.
    """
    for kind in (AuthorizationCode, DeviceCode):
        kind._default_manager.filter(used_at=None, **whose).delete()


def target_of(row: Code) -> Target:
    """Return what a code was given for."""
    if row.api is None:
        audience = admission.without_api(row.scope, Session.Door.OAUTH)
        return Target(None, audience, row.scope)
    return Target(row.api_id, row.api.identifier, row.scope)


def claim(
    row: Code,
    login: Login,
) -> Session | None:
    """Exchange a code for its session; None, and the session ended, where it is used up.

    Raises `Unavailable` where endings keep coming between: the code is good then as before.
    """
    for _ in range(_ROUNDS):
        try:
            session = _claimed(row, login)
        except OperationalError:  # a deadlock with an ending: look again
            continue
        if session is None:
            _end_reused(row)
        return session
    raise Unavailable(retry_after=1)


def _claimed(
    row: Code,
    login: Login,
) -> Session | None:
    """Claim the code and write its session; the login is held first, as an erasure does."""
    rows, now = type(row)._default_manager.filter(pk=row.pk), timezone.now()
    with transaction.atomic():
        Login.objects.select_for_update().filter(pk=login.pk).values_list("pk").first()
        if not rows.filter(used_at=None, expires_at__gt=now).update(used_at=now):
            return None
        session = shares.begin(login, row.application, target_of(row))
        rows.update(session=session)
    return session


def _end_reused(row: Code) -> None:
    """End what a code was exchanged for that comes back; one that lapsed made nothing."""
    held = type(row)._default_manager.select_related("session")
    used = held.filter(pk=row.pk, used_at__isnull=False, session__isnull=False).first()
    if used is None or used.session is None:
        return
    sessions.end_session(used.session, acting_user=None, reason=Action.CODE_REUSED)
