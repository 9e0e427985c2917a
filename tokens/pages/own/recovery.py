"""Recovery codes: shown once, when they are made."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts import services
from accounts.pages.forms import PageForm
from tokens.pages import browser
from tokens.pages.browser import fresh
from tokens.pages.own.enrolment import CODES
from tokens.pages.own.page import DONE, form_page, person, posted, shown, tried, way


@form_page
@fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show codes that were just made, this once; else offer to make them anew."""
    form = PageForm(posted(request))
    status = tried(form, lambda given: _make(request))
    if status == DONE:
        return HttpResponseRedirect(way(request, "account-recovery-codes"))
    codes = request.session.pop(CODES, ()) if request.method == "GET" else ()
    wanted = browser.next_of(request) or reverse("account-security")
    return shown(
        request, "recovery-codes", status, form=form, codes=codes, onward=wanted
    )


def _make(request: HttpRequest) -> None:
    request.session[CODES] = list(services.new_recovery_codes(person(request)))
