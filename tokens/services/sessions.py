"""Ending sessions and tokens by hand: sign-out, revocation, an operator's click."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.models import User
from config.errors import NotAuthenticated, NotFound
from tenants.models import Application, bump_epoch
from tokens import keyring, revocations, verification
from tokens.errors import TokenExpired, TokenInvalid
from tokens.jwts import AccessToken, RefreshToken
from tokens.models import Login, Session
from tokens.revocations import Entry, Kind
from tokens.services import endings


def end_session(
    session: Session,
    *,
    acting_user: User | None,
    reason: Action = Action.SESSION_ENDED,
) -> bool:
    """End one session; False when it had ended before. Whoever may see it may end it."""
    with transaction.atomic():
        return _end(
            Session.objects.filter(sid=session.sid), acting=acting_user, reason=reason
        )


def _end(
    sessions: QuerySet[Session],
    *,
    acting: Any,
    reason: Action,
) -> bool:
    found = endings.hold(sessions)
    for session in found:
        record(
            reason,
            acting=acting,
            target=session.login.user,
            tenant_id=session.application.tenant_id,
            details={"sid": str(session.sid)},
        )
    return bool(endings.end_sessions(sessions, reason=reason)) if found else False


def own_session(
    user: User,
    *,
    sid: UUID,
) -> Session:
    """Return a live session of a user; raises `NotFound` for anybody else's."""
    session = Session.objects.live().of_user(user.pk).filter(sid=sid).first()
    if session is None:
        raise NotFound("There is no such session.")
    return session


def end_all_sessions(
    user: User,
    *,
    acting_user: User | None,
) -> None:
    """Sign a user out everywhere."""
    accounts.sign_out_everywhere(user, acting_user=acting_user)


def end_other_sessions(
    user: User,
    *,
    keep_sid: UUID,
) -> None:
    """Sign a user out on every device but the one with this session."""
    with transaction.atomic():
        keep = Session.objects.values_list("login_id", flat=True).get(sid=keep_sid)
        bump_epoch(User.objects.filter(pk=user.pk))
        record(
            Action.SIGNED_OUT_EVERYWHERE,
            acting=user,
            target=user,
            outcome="signed out on all other devices",
        )
        endings.end_logins(
            user.pk, reason=Action.SIGNED_OUT_EVERYWHERE, keep_login=keep
        )


def log_out(token: Any) -> None:
    """End the login of an access or refresh token; done again it does nothing more.

    Raises `TokenInvalid` or `TokenExpired`: whom to sign out must be proven.
    """
    log_out_of(sid_of(token))


def log_out_of(sid: UUID) -> None:
    """End the login of a session, with all its sessions; done again it does nothing."""
    with transaction.atomic():
        login_id = (
            Session.objects.filter(sid=sid).values_list("login_id", flat=True).first()
        )
        if login_id is None:
            return
        logins = Login.objects.filter(id=login_id, revoked_at=None)
        logins.update(revoked_at=timezone.now(), reason=Action.SIGNED_OUT)
        sessions = Session.objects.filter(login_id=login_id)
        person = Login.objects.select_related("user").get(id=login_id).user
        _end(sessions, acting=person, reason=Action.SIGNED_OUT)


def sid_of(token: Any) -> UUID:
    """Return the session of a genuine access or refresh token."""
    ring = keyring.current()
    try:
        claims, _ = RefreshToken.read(token, ring=ring)
    except TokenInvalid:
        claims, _ = AccessToken.read(token, ring=ring)
    if "sid" not in claims:
        raise TokenInvalid("The token belongs to no session.")
    return UUID(claims["sid"])


def revoke(
    token: Any,
    *,
    client_id: str | None = None,
) -> None:
    """Revoke a token (RFC 7009): a refresh token ends its session, an access token its `jti`.

    What is not ours, or over already, is left alone without a word (section 2.2). With
    `client_id` only that client's tokens: `TokenInvalid` for another's (section 2.1).
    """
    ring = keyring.current()
    try:
        claims, _ = RefreshToken.read(token, ring=ring)
    except TokenExpired:
        return
    except TokenInvalid:
        _revoke_access(token, client_id)
        return
    _require_client(claims, client_id)
    with transaction.atomic():
        session = Session.objects.filter(sid=UUID(claims["sid"]))
        holder = _application(claims["client_id"])
        _end(session, acting=holder, reason=Action.TOKEN_REVOKED)


def _application(client_id: str) -> Application | Party:
    """Return a client as the trail knows it; it may have been deleted."""
    found = Application.objects.filter(client_id=client_id).first()
    return found or Party("application", label=client_id)


def _require_client(
    claims: dict[str, Any],
    client_id: str | None,
) -> None:
    if client_id is not None and claims["client_id"] != client_id:
        raise TokenInvalid("The token belongs to another client.")


def _revoke_access(
    token: Any,
    client_id: str | None,
) -> None:
    if not isinstance(token, str):
        return
    try:
        claims = verification.verify(token, audience=None).claims
    except NotAuthenticated:  # not ours, over, or revoked: said once is enough
        return
    _require_client(claims, client_id)
    entry = Entry(Kind.TOKEN, claims["jti"])
    with transaction.atomic():
        holder = _application(claims["client_id"])
        record(
            Action.TOKEN_REVOKED,
            acting=holder,
            target=Party("user", claims["sub"]) if "sid" in claims else holder,
            tenant_id=UUID(claims["tenant"]) if "tenant" in claims else None,
            details={"jti": claims["jti"]},
        )
        revocations.write([entry], reason=Action.TOKEN_REVOKED)
