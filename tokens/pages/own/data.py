"""What is held about somebody: all of it to take along, and its end."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.pages.forms import PageForm
from accounts.privacy import services
from tokens.pages import browser
from tokens.pages.browser import fresh, signed_in
from tokens.pages.own.page import DONE, form_page, person, posted, shown, tried

_LEFT = "left_until"
_TOLD_SECONDS = 600


class LeaveForm(PageForm):
    """One word of consent."""

    sure = forms.BooleanField(label=_("Yes, shut my account and erase my data."))


@require_safe
@signed_in
def data(request: HttpRequest) -> HttpResponse:
    """Say what somebody can do with what is held about them."""
    return shown(request, "data")


@form_page
@fresh
def export(request: HttpRequest) -> HttpResponse:
    """Say what the file holds; a POST downloads it."""
    mine = person(request)
    held: dict[str, Any] = {}
    form = PageForm(posted(request))
    status = tried(
        form, lambda given: held.update(services.export_data(mine, acting_user=mine))
    )
    if status != DONE:
        return shown(request, "export", status, form=form)
    name = f'attachment; filename="account-{mine.pk}.json"'
    return HttpResponse(
        json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": name},
    )


@form_page
@fresh
def leave(request: HttpRequest) -> HttpResponse:
    """Ask whether somebody wants to leave; a POST shuts the account and signs out."""
    mine = person(request)
    form = LeaveForm(posted(request))
    status = tried(form, lambda given: services.request_erasure(mine, acting_user=mine))
    if status != DONE or mine.erase_at is None:
        days = settings.ERASURE_GRACE_DAYS
        return shown(request, "leave", status, form=form, days=days)
    browser.end(request)
    request.session[_LEFT] = mine.erase_at.isoformat()
    request.session.set_expiry(_TOLD_SECONDS)
    return redirect("account-left")


@require_safe
@never_cache
def left(request: HttpRequest) -> HttpResponse:
    """Tell somebody who just left until when they can come back; for nobody else."""
    until = request.session.get(_LEFT)
    if until is None:
        return redirect("account-login")
    return shown(request, "left", until=datetime.fromisoformat(until))
