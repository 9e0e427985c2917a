"""Where somebody is signed in, at which application, and the end of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.services.devices import device_name
from tokens.models import Session
from tokens.pages import browser
from tokens.pages.browser import signed_in
from tokens.pages.own.page import joined, newest, person, shown, standing, when
from tokens.services import sessions


@require_safe
@signed_in
def own_sessions(request: HttpRequest) -> HttpResponse:
    """List somebody's live sessions, the one that asks before all others."""
    mine = Session.objects.live().of_user(person(request).pk)
    told = mine.select_related("application", "login")
    here = standing(request).sid
    others, more = newest(request, told.exclude(sid=here), "sid")
    first = [] if request.GET.get("before") else list(told.filter(sid=here))
    rows = [_row(session, here) for session in [*first, *others]]
    return shown(request, "sessions", rows=rows, more=more, others=bool(others))


def _row(
    session: Session,
    here: UUID,
) -> dict[str, Any]:
    used = gettext("last used %(when)s") % {"when": when(session.rotated_at)}
    row = {
        "title": _device(session.login.user_agent),
        "detail": joined(_place(session), session.login.ip or "", used),
    }
    if session.sid == here:
        return row | {"badge": _("This one")}
    end = reverse("account-session-end", args=[session.sid])
    return row | {"action": end, "label": _("Sign out"), "danger": True}


def _place(session: Session) -> str:
    """Return what somebody is signed in to."""
    ours = session.door == Session.Door.BROWSER
    return gettext("Your account") if ours else session.application.name


def _device(user_agent: str) -> str:
    return device_name(user_agent) if user_agent else gettext("Unknown device")


@require_POST
@signed_in
def end(
    request: HttpRequest,
    sid: UUID,
) -> HttpResponse:
    """End one session; somebody else's is not found."""
    found = sessions.own_session(person(request), sid=sid)
    sessions.end_session(found, acting_user=person(request))
    if sid == standing(request).sid:
        return _left(request)
    messages.success(request, gettext("That device was signed out."))
    return redirect("account-sessions")


@require_POST
@signed_in
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    sessions.end_other_sessions(person(request), keep_sid=standing(request).sid)
    browser.stay(request)
    messages.success(request, gettext("All other devices were signed out."))
    return redirect("account-sessions")


@require_POST
@signed_in
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    sessions.end_all_sessions(person(request), acting_user=person(request))
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    browser.end(request)
    messages.success(request, gettext("You are signed out."))
    return redirect("account-login")
