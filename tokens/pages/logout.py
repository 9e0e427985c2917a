"""Signing out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tokens.pages import browser
from tokens.pages.drawing import draw, served


@served
def logout(request: HttpRequest) -> HttpResponse:
    """End the browser's login, with all that hangs from it, and forget who sat there."""
    if request.method != "POST":
        return draw(request, "logout")
    browser.leave(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("account-login"))
