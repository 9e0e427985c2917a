"""Where somebody proves their address first: an application that they are on the way to wants it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.flows.verification import is_verified
from accounts.services import verification
from config.errors import ServiceError
from config.languages import isolated
from tokens.pages import browser, steps
from tokens.pages.drawing import draw, served


@browser.signed_in
@served
def verify_first(request: HttpRequest) -> HttpResponse:
    """Mail a link to who is signed in; go on once it was used, here or elsewhere."""
    person, onward = browser.session_of(request).login.user, browser.onward(request)
    if is_verified(person.pk):
        return HttpResponseRedirect(onward)
    here, refusal = steps.here("account-verify-first", onward), None
    if request.method == "POST":
        try:
            verification.send_verification(person, acting_user=person)
        except ServiceError as error:
            refusal = error
        else:
            told = _("We mailed a link to %(email)s. Open it to verify the address.")
            messages.success(request, told % {"email": isolated(person.email)})
            return HttpResponseRedirect(here)
    shown = {"here": here, "onward": onward, "person": person}
    return draw(request, "verify-first", refusal, **shown)
