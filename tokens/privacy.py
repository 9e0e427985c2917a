"""What tokens holds about people: their sign-ins, and the applications they went to."""

from typing import Any

from accounts.audit.actions import Action
from accounts.models import User
from accounts.privacy.holders import Held, Holder
from tokens.models import Login, Session
from tokens.services import endings


def _session(session: Session) -> dict[str, Any]:
    return {
        "sid": session.sid,
        "application": session.application.client_id,
        "scope": session.scope,
        "created_at": session.created_at,
        "last_used_at": session.rotated_at,
        "expires_at": session.expires_at,
        "revoked_at": session.revoked_at,
        "reason": session.reason,
    }


def _export(user: User) -> Held:
    mine = Login.objects.filter(user=user)
    return [
        {
            "id": login.pk,
            "amr": login.amr,
            "auth_time": login.auth_time,
            "ip": login.ip,
            "user_agent": login.user_agent,
            "created_at": login.created_at,
            "revoked_at": login.revoked_at,
            "reason": login.reason,
            "sessions": [_session(session) for session in login.sessions.all()],
        }
        for login in mine.prefetch_related("sessions__application")
    ]


def _erase(user: User) -> None:
    """Remove the logins with their sessions; the revocation of the user outlives them.

    They end first: whoever waits for the end of a session must hear of it. The logins are
    held before that, so that an exchange adds no session to one that goes.
    """
    held = Login.objects.filter(user=user).order_by("pk").select_for_update()
    list(held.values_list("pk"))
    endings.mark_ended(Session.objects.of_user(user.pk), reason=Action.USER_ERASED)
    Login.objects.filter(user=user).delete()


HOLDERS = (
    Holder("tokens.logins", ("tokens.Login", "tokens.Session"), _export, _erase),
)
