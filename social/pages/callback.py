"""Coming back from a provider: one address for each connection, which is registered there."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import limits, lockouts
from config.errors import ServiceError
from social import providers, upstream
from social.errors import AttemptOver, ProviderUnavailable, UpstreamFault
from social.pages import landing, ways
from social.services import arrivals, attempts
from social.services.attempts import Way
from social.upstream import Answer, calls
from tokens.pages.drawing import draw

_LONGEST = 4096
_LONGEST_STATE = 256  # of ours are shorter
_DENIED = ("access_denied", "user_cancelled_authorize", "user_cancelled_login")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def callback(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse:
    """Take what a provider sends back. No cookie comes with a form of theirs (Apple)."""
    if request.method == "POST":
        return _posted(request, provider_id)
    browser, state = ways.browser_of(request), request.GET.get("state", "")
    try:
        way = attempts.look(provider_id, state=state, browser=browser)
        return _answered(request, way)
    except AttemptOver as refusal:
        limits.hit("token_failures_ip", lockouts.caller())
        return draw(request, "social/over", refusal)


def _posted(
    request: HttpRequest,
    provider_id: str,
) -> HttpResponse:
    """Keep a posted answer, and have the browser come back with its cookie."""
    state, told = request.POST.get("state", "")[:_LONGEST_STATE], request.POST
    path = reverse("account-social-callback", args=[provider_id])
    if "error" in told or "code" not in told:
        query = urlencode({"state": state, "error": told.get("error", "no_code")[:64]})
        return HttpResponseRedirect(f"{path}?{query}", status=303)
    answer = Answer(told["code"][:_LONGEST], _apple_name(told.get("user", "")))
    try:
        attempts.leave(provider_id, state=state, answer=answer)
    except AttemptOver as refusal:
        limits.hit("token_failures_ip", lockouts.caller())
        return draw(request, "social/over", refusal)
    return HttpResponseRedirect(f"{path}?{urlencode({'state': state})}", status=303)


def _answered(
    request: HttpRequest,
    way: Way,
) -> HttpResponse:
    """Claim a way, ask the provider, and see who it is."""
    connection = way.connection
    try:
        with upstream.place(connection):
            attempts.claim(way)
            told = {"code", "error"} & request.GET.keys()
            posted = None if told else attempts.left(way)
            answer = posted or _answer_of(request.GET, way)
            vouched = upstream.finish(connection, way.asked, answer)
        return landing.land(request, way, vouched)
    except ProviderUnavailable as refusal:
        response = ways.failed(request, connection, refusal, way.journey)
        response["Refresh"] = str(refusal.retry_after)  # nothing is used up
        return response
    except UpstreamFault as fault:
        arrivals.refuse(connection, fault)
        if fault.check == "authorization" and fault.reason in _DENIED:
            messages.info(request, _("You did not sign in there."))
            return HttpResponseRedirect(ways.back(way.journey))
        return ways.failed(request, connection, fault, way.journey)
    except ServiceError as refusal:
        return ways.failed(request, connection, refusal, way.journey)


def _answer_of(
    given: Mapping[str, str],
    way: Way,
) -> Answer:
    """Return the code in a query. Raises `UpstreamFault` for an error, or another's answer."""
    if "error" in given:
        raise UpstreamFault("authorization", calls.word_of(given["error"]) or "error")
    issuer = given.get("iss")  # RFC 9207
    oidc = providers.speaks_oidc(way.connection)
    if oidc and issuer is not None and issuer.rstrip("/") not in _issuers(way):
        raise UpstreamFault("iss", "the answer is another issuer's")
    code = given.get("code", "")
    if not 0 < len(code) <= _LONGEST:
        raise UpstreamFault("authorization", "no code")
    return Answer(code)


def _issuers(way: Way) -> tuple[str, ...]:
    aliases = providers.preset_of(way.connection).aliases
    return (providers.issuer_of(way.connection), *aliases)


def _apple_name(told: str) -> str:
    """Return the name that Apple tells at the first sign-in, or ""; nothing proves it."""
    try:
        found: Any = json.loads(told[:_LONGEST])["name"]
        parts = (found.get("firstName"), found.get("lastName"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""
    return " ".join(part for part in parts if isinstance(part, str)).strip()[:150]
