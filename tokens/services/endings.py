"""How things end: sessions are marked, then the revocations are written, last.

Called by the receivers of the lower apps' signals, inside their transactions, and by
`services.sessions`.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from tokens import revocations
from tokens.models import Login, Session
from tokens.revocations import Entry, Kind
from tokens.signals import sessions_ended


def hold(sessions: QuerySet[Session]) -> list[Session]:
    """Return the live ones among `sessions`, locked to the commit.

    Of several who want to end (and record the end of) a session at once, one gets it.
    """
    live = sessions.filter(revoked_at=None).order_by("sid").select_for_update()
    sids = list(live.values_list("sid", flat=True))
    told = Session.objects.select_related("login__user", "application")
    return list(told.filter(sid__in=sids)) if sids else []


def end_sessions(
    sessions: QuerySet[Session],
    *,
    reason: str,
    also: Iterable[Entry] = (),
) -> int:
    """End live sessions for good and write what refuses their access tokens.

    `also` takes entries that cover more (a user, a tenant); with them no row per session
    is written, as theirs says it all. Returns how many sessions ended.
    """
    covering = list(also)
    with transaction.atomic():
        ended = mark_ended(sessions, reason=reason)
        entries = covering or [Entry(Kind.SESSION, str(sid)) for sid in ended]
        revocations.write(entries, reason=reason)
    return len(ended)


def mark_ended(
    sessions: QuerySet[Session],
    *,
    reason: str,
) -> list[UUID]:
    """End live sessions and tell so, in the caller's transaction; return which.

    The caller writes what refuses their access tokens, last. Of several who end a session
    at once, one ends it and tells: the rows are locked before they change.
    """
    live = sessions.filter(revoked_at=None).order_by("sid")
    sids = list(live.values_list("sid", flat=True))
    ended: list[UUID] = []
    for start in range(0, len(sids), 500):
        batch = Session.objects.filter(sid__in=sids[start : start + 500])
        held = batch.filter(revoked_at=None).order_by("sid").select_for_update()
        mine = list(held.values_list("sid", flat=True))
        if not mine:
            continue
        batch.filter(sid__in=mine).update(revoked_at=timezone.now(), reason=reason)
        sessions_ended.send(Session, sids=mine, reason=reason)
        ended += mine
    return ended


def end_logins(
    user_id: UUID,
    *,
    reason: str,
    keep_login: UUID | None = None,
) -> int:
    """End every login of a user, and their sessions, but `keep_login`.

    One row a live session, so that a new sign-in in the same second is untouched. The
    kept login moves to the user's new epoch.
    """
    with transaction.atomic():
        logins = Login.objects.filter(user_id=user_id, revoked_at=None)
        if keep_login is not None:
            epoch = User.objects.values_list("epoch", flat=True).get(id=user_id)
            logins.filter(id=keep_login).update(epoch=epoch)
            logins = logins.exclude(id=keep_login)
        sessions = Session.objects.live().of_user(user_id)
        if keep_login is not None:
            sessions = sessions.exclude(login_id=keep_login)
        logins.update(revoked_at=timezone.now(), reason=reason)
        return end_sessions(sessions, reason=reason)


def end_user(
    user_id: UUID,
    *,
    reason: str,
) -> None:
    """Everything of a disabled or deleted user ends."""
    with transaction.atomic():
        logins = Login.objects.filter(user_id=user_id, revoked_at=None)
        logins.update(revoked_at=timezone.now(), reason=reason)
        sessions = Session.objects.of_user(user_id)
        entry = Entry(Kind.USER, str(user_id))
        end_sessions(sessions, reason=reason, also=[entry])
