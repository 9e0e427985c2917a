"""Signing out because an application asks (OpenID Connect RP-Initiated Logout 1.0).

Any site may send a browser here, by GET or POST. Without a question only whom the hint names
is signed out; everybody else is asked, by a form of ours that is guarded against CSRF. It
carries the request sealed, as does the redirect that a POST becomes: a site's POST comes
without the cookie.
"""

from authlib.oauth2 import OAuth2Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from config import envelope
from config.brand import page_context
from tokens.oidc import authorization
from tokens.oidc.authorization import Return
from tokens.oidc.pages import consent
from tokens.oidc.requests import FORM, parsed
from tokens.oidc.services import logout as leaving
from tokens.oidc.services.logout import Asked
from tokens.pages import browser
from tokens.standing import Standing

KEPT = "asked"
_LONGEST = 4000  # of a URL that every server and proxy takes


@csrf_exempt
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out whom the hint names, ask anybody else; then lead on (sections 2 and 3)."""
    if request.body and request.content_type != FORM:
        return consent.failed(request, _("This is no form."), FORM, 400)
    try:
        given = parsed(authorization.posted_or_queried(request))
        kept = given.get(KEPT, "")
        asked = leaving.opened(kept) if kept else leaving.read(given)
    except OAuth2Error as refusal:
        title = _("This sign-out link does not work.")
        return consent.failed(request, title, refusal.get_error_description(), 400)
    if asked is None:
        told = _("Go back to the application, and begin again.")
        return consent.failed(request, _("This sign-out is over."), told, 400)
    if request.method == "POST":
        return _confirmed(request, asked) if kept else _looked_at(request, asked, given)
    present = browser.standing_of(request)
    if present is not None and not leaving.names(asked, present):
        return _ask(request, asked, present)
    if present is not None:
        browser.leave(request)
    return _onward(request, asked)


def _looked_at(
    request: HttpRequest,
    asked: Asked,
    given: dict[str, str],
) -> HttpResponse:
    """Take a POST of any site as the GET that it stands for."""
    query = {KEPT: leaving.sealed(asked), **_locales(given)}
    path = f"{request.path}?{urlencode(query)}"
    if len(path) > _LONGEST:
        return consent.failed(request, _("The request is too long."), "", 413)
    return HttpResponseRedirect(path, status=303)


@csrf_protect
def _confirmed(
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse:
    """Sign out who said so on our page."""
    browser.leave(request)
    return _onward(request, asked)


def _ask(
    request: HttpRequest,
    asked: Asked,
    present: Standing,
) -> HttpResponse:
    query = urlencode(_locales(request.GET.dict()))
    shown = {
        "action": f"{request.path}?{query}" if query else request.path,
        "kept": leaving.sealed(asked),
        "person": User.objects.get(pk=present.user_id),
    }
    response = _drawn(request, "logout", asked, **shown)
    if asked.uri:
        origin = Return(asked.uri, "", "query").origin
        policy = envelope.page_policy(form_action=origin)
        response["Content-Security-Policy"] = policy
    return response


def _onward(
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse:
    """Lead back to the application, with its state, or say that it is done (section 3)."""
    if not asked.uri:
        return _drawn(request, "signed-out", asked)
    state = {"state": asked.state} if asked.state else {}
    response = HttpResponse(status=303)
    response["Location"] = authorization.joined(asked.uri, state)
    return response


def _locales(given: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in given.items() if name == "ui_locales"}


def _drawn(
    request: HttpRequest,
    name: str,
    asked: Asked,
    **shown: object,
) -> HttpResponse:
    """Return a page in the brand of who asks."""
    application = asked.application
    brand = page_context(application.tenant_id) if application else {}
    told = {**brand, "application": application, **shown}
    return render(request, f"oauth/{name}.html", told)
