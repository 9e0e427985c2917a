"""The authorization endpoint, as a browser meets it (RFC 6749 section 3.1).

A request that needs its person is kept as a visit, and this is where every step comes back
to: `?visit=`. What a person decides is a form of ours, guarded against CSRF; a request may
be POSTed by any site, and is looked at as the GET that it stands for.
"""

from dataclasses import replace

from authlib.oauth2.rfc6749.errors import AccessDeniedError
from authlib.oidc.core.errors import LoginRequiredError
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts import limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.pages import sentences
from config import languages
from config.errors import ServiceError, TooManyRequests
from tenants import admission
from tokens.oidc import authorization, decisions
from tokens.oidc.authorization import Asked, Refused, Unanswerable
from tokens.oidc.decisions import Step
from tokens.oidc.pages import consent
from tokens.oidc.pages.consent import Question
from tokens.oidc.requests import FORM
from tokens.oidc.services import codes, consents, pushed
from tokens.oidc.services.codes import Grant
from tokens.pages import browser, visits
from tokens.pages.visits import Visit
from tokens.standing import Standing

WAYS = {
    Step.SIGN_IN: "account-login",
    Step.SIGN_UP: "account-signup",
    Step.VERIFY: "account-verify-first",
    Step.PROVE: "account-reauthenticate",
    Step.ENROL: "account-enrol",
}
_LONGEST = 4000  # of a URL that every server and proxy takes
KEPT_PUSHED = "request_uri"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin, go on with, or decide an authorization request."""
    if visits.NAME in request.GET:
        return _decide(request) if request.method == "POST" else _go_on(request)
    try:
        return _begin(request)
    except Unanswerable as refusal:
        return consent.unanswerable(request, refusal)
    except TooManyRequests as refusal:
        return consent.too_often(request, refusal)


def _begin(request: HttpRequest) -> HttpResponse:
    text = authorization.posted_or_queried(request)
    if request.method == "POST":
        query = text.decode("ascii", "replace")
        if request.content_type != FORM:
            return consent.failed(request, _("This is no form."), FORM, 400)
        if len(query) > _LONGEST:
            return consent.failed(request, _("The request is too long."), "", 413)
        return HttpResponseRedirect(f"{request.path}?{query}", status=303)
    given, is_pushed = authorization.parameters_of(text), False
    if pushed.is_ours(given.get(KEPT_PUSHED, "")):
        given, is_pushed = _pushed(given), True
    try:
        asked = authorization.read(given, pushed=is_pushed)
    except Refused as refusal:
        return consent.answer(request, refusal.back, refusal.answer)
    kept = {name: v for name, v in given.items() if name in authorization.READ}
    visit = Visit(
        asked.application.client_id, kept, asked.back.origin, pushed=is_pushed
    )
    return _answer(request, asked, visit, "")


def _pushed(given: dict[str, str]) -> dict[str, str]:
    """Return a pushed request; guesses are counted as those of a token are."""
    try:
        return pushed.take(given)
    except Unanswerable:
        limits.hit("token_failures_ip", lockouts.caller())
        raise


def _go_on(request: HttpRequest) -> HttpResponse:
    """Take up a visit where it was left: its person has done something."""
    visit_id = request.GET[visits.NAME]
    visit = visits.read(request, visit_id)
    if visit is None:
        return consent.over(request)
    try:
        asked = authorization.read(visit.parameters, pushed=visit.pushed)
    except Unanswerable as refusal:
        return consent.unanswerable(request, refusal)
    except Refused as refusal:
        return consent.answer(request, refusal.back, refusal.answer)
    return _answer(request, asked, visit, visit_id)


def _answer(
    request: HttpRequest,
    asked: Asked,
    visit: Visit,
    visit_id: str,
) -> HttpResponse:
    """Ask the next thing of the person, or answer the client."""
    present = browser.standing_of(request)
    step = decisions.next_step(asked, visit, present)
    if step is Step.SOMEBODY_ELSE:
        visits.forget(request, visit_id)
        return consent.answer(
            request, asked.back, dict(LoginRequiredError().get_body())
        )
    if present is not None and step not in (Step.CHOOSE, Step.PROVE):
        enter = admission.admit if step is Step.NOTHING else admission.require_welcome
        try:
            enter(asked.application, present.user_id)
        except ServiceError as refusal:
            return _not_admitted(request, asked, (visit, visit_id), refusal)
    if step is Step.NOTHING and present is not None:
        return _grant(request, asked, present, visit_id)
    if "none" in asked.prompts:
        error = decisions.UNSEEN[step]()
        return consent.answer(request, asked.back, dict(error.get_body()))
    if not visit_id:
        limits.hit("authorizations_ip", lockouts.caller())
    if step is Step.CONSENT:
        visit = replace(visit, shown=decisions.asked_of(asked, present))
    path = visits.keep(request, visit, visit_id)
    if step in WAYS:
        asked_in = {n: v for n, v in visit.parameters.items() if n == languages.ASKED}
        query = urlencode({browser.NEXT: path, **asked_in})
        return HttpResponseRedirect(f"{reverse(WAYS[step])}?{query}")
    question = _question(path, visit, asked, present)
    draw = consent.choose if step is Step.CHOOSE else consent.ask
    return draw(request, question)


def _question(
    path: str,
    visit: Visit,
    asked: Asked,
    present: Standing | None,
) -> Question:
    """Return what is asked of who is signed in."""
    if present is None:
        raise ImproperlyConfigured("nobody is there to be asked")
    return Question(
        visit_id=visits.id_of(path),
        visit=visit,
        application=asked.application,
        target=asked.target,
        user=User.objects.get(pk=present.user_id),
    )


@csrf_protect
def _decide(request: HttpRequest) -> HttpResponse:
    """Take what the person decided on a page of ours."""
    visit_id = request.GET[visits.NAME]
    visit, present = visits.read(request, visit_id), browser.standing_of(request)
    if visit is None:
        return consent.over(request)
    path = visits.path_of(visit_id)
    if present is None:
        return HttpResponseRedirect(path)
    decision = request.POST.get("decision")
    if decision == "switch":
        return _switch(request, visit, visit_id)
    try:
        asked = authorization.read(visit.parameters, pushed=visit.pushed)
    except (Unanswerable, Refused):
        return HttpResponseRedirect(path)
    if decision == "continue":
        return HttpResponseRedirect(visits.keep(request, visit.as_chosen(), visit_id))
    if decision == "deny":
        return _deny(request, asked, present, visit_id)
    step = decisions.next_step(asked, visit, present)
    seen = visit.shown == decisions.asked_of(asked, present)
    if decision != "allow" or step is not Step.CONSENT or not seen:
        return HttpResponseRedirect(path)
    try:
        admission.admit(asked.application, present.user_id)
    except ServiceError as refusal:
        return _not_admitted(request, asked, (visit, visit_id), refusal)
    person = User.objects.get(pk=present.user_id)
    consents.grant(person, asked.application, asked.target)
    return _grant(request, asked, present, visit_id)


def _switch(
    request: HttpRequest,
    visit: Visit,
    visit_id: str,
) -> HttpResponse:
    """Sign out, and let another person sign in for the same visit."""
    browser.leave(request)
    path = visits.keep(request, visit.as_chosen(), visit_id)
    query = urlencode({browser.NEXT: path})
    return HttpResponseRedirect(f"{reverse('account-login')}?{query}")


def _grant(
    request: HttpRequest,
    asked: Asked,
    present: Standing,
    visit_id: str,
) -> HttpResponse:
    visits.forget(request, visit_id)
    grant = Grant(
        application=asked.application,
        target=asked.target,
        redirect_uri=asked.back.redirect_uri,
        code_challenge=asked.code_challenge,
        nonce=asked.nonce,
    )
    code = codes.give(grant, login_id=present.login_id)
    return consent.answer(request, asked.back, {"code": code})


def _deny(
    request: HttpRequest,
    asked: Asked,
    present: Standing,
    visit_id: str,
) -> HttpResponse:
    visits.forget(request, visit_id)
    person = User.objects.get(pk=present.user_id)
    record(
        Action.AUTHORIZATION_DENIED,
        acting=person,
        target=asked.application,
        tenant_id=asked.application.tenant_id,
        succeeded=False,
        details={"client_id": asked.application.client_id},
    )
    return consent.answer(request, asked.back, dict(AccessDeniedError().get_body()))


def _not_admitted(
    request: HttpRequest,
    asked: Asked,
    here: tuple[Visit, str],
    refusal: ServiceError,
) -> HttpResponse:
    """Say why somebody may not go on; without a page the client is told (RFC 6749 4.1.2.1)."""
    if "none" in asked.prompts:
        return consent.answer(request, asked.back, dict(AccessDeniedError().get_body()))
    path = visits.keep(request, *here)
    question = _question(path, here[0], asked, browser.standing_of(request))
    return consent.refused(
        request, question, sentences.said(refusal), status=refusal.status
    )
