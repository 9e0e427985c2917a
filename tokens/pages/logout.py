"""Signing out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tokens.pages import browser
from tokens.pages.drawing import draw, served
from tokens.services import sessions


@served
def logout(request: HttpRequest) -> HttpResponse:
    """End the browser's login, with all that hangs from it, and forget who sat there."""
    if request.method != "POST":
        return draw(request, "logout")
    if sid := request.session.get(browser.SID):
        sessions.end_login_of(UUID(sid))
    browser.end(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("account-login"))
