"""What happened to somebody's account, in their own words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.audit.models import Event
from accounts.models import User
from accounts.services.devices import device_name
from tokens.pages.browser import signed_in
from tokens.pages.own.page import joined, newest, person, shown, when
from tokens.pages.own.words import said


@require_safe
@signed_in
def activity(request: HttpRequest) -> HttpResponse:
    """List what was done to the person's account, newest first."""
    mine = person(request)
    about = Event.objects.filter(target_type="user", target_id=str(mine.pk))
    events, more = newest(request, about, "id")
    return shown(
        request, "activity", rows=[_row(event, mine) for event in events], more=more
    )


def _row(
    event: Event,
    mine: User,
) -> dict[str, Any]:
    return {
        "title": said(event.action),
        "detail": joined(when(event.created_at), *_from(event, mine)),
    }


def _from(
    event: Event,
    mine: User,
) -> tuple[str, ...]:
    """Return where it came from; of others than the person only what they are."""
    if event.actor_type == "application":
        return (gettext("by an application"),)
    if event.actor_type == "system":
        return (gettext("by this service"),)
    if event.actor_type == "user" and event.actor_id != str(mine.pk):
        return (gettext("by an operator"),)
    device = device_name(event.user_agent) if event.user_agent else ""
    return (event.ip or "", device)
