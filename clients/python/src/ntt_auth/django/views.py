"""The four addresses: out to sign in, back, out for good, and word of an end elsewhere."""

import hashlib
from contextlib import suppress
from urllib.parse import urljoin

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from ntt_auth.django import conf, faults, freshness, leaving, pages, pending, sessions
from ntt_auth.errors import (
    AuthError,
    ConfigurationError,
    Forbidden,
    Refused,
    Unavailable,
)
from ntt_auth.oidc import Ask, LoggedOut, LogoutTokenInvalid, LogoutTokenReplayed
from ntt_auth.oidc.statements import LEEWAY_SECONDS, LOGOUT_FRESH_SECONDS

_TITLE = "The sign-in did not succeed"


@never_cache
@require_GET
def login(request: HttpRequest) -> HttpResponse:
    """Send the browser to the issuer.

    `next` is a path of this site; `acr_values`, `max_age`, `prompt`, `connection`,
    `login_hint` and `ui_locales` are passed on.
    """
    options, given = conf.options(), request.GET
    max_age = given.get("max_age", "")
    scope, resource = options.asks
    ask = Ask(
        scope=scope,
        acr_values=given.get("acr_values", ""),
        max_age=int(max_age) if max_age.isdecimal() and len(max_age) < 9 else None,
        prompt=given.get("prompt", ""),
        connection=given.get("connection", ""),
        login_hint=given.get("login_hint", ""),
        ui_locales=given.get("ui_locales", ""),
        resource=resource,
    )
    redirect_uri = _absolute(request, reverse("ntt_auth:callback"))
    url, began = conf.client().authorization_url(redirect_uri, ask)
    response = HttpResponseRedirect(url)
    goes_to = local_path(given.get("next", ""), options.after_login)
    pending.remember(request, response, pending.Begun(began, goes_to))
    return response


@transaction.non_atomic_requests  # locks until the answer end others by a deadlock
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take the browser back: once, in the browser in which it began."""
    state = request.GET.get("state", "")
    response = _back(request, state)
    pending.done(request, response, state)
    response["Referrer-Policy"] = "no-referrer"  # the address holds the code
    return response


def _back(
    request: HttpRequest,
    state: str,
) -> HttpResponse:
    begun = pending.recall(request, state)
    if begun is None:
        return _failed("This sign-in did not begin in this browser, or is over.", 400)
    try:
        tokens = freshness.first(begun.pending, request.GET.dict())
        faults.mended()
        sessions.begin(request, tokens)
    except ConfigurationError as error:
        outage = faults.tell(error)
        return _failed(outage.title, outage.status)
    except Forbidden as error:
        return _unwelcome(error)
    except (Unavailable, Refused) as error:
        return _failed(error.title, error.status)
    except AuthError as error:
        return _failed(error.reason, error.status)
    return HttpResponseRedirect(begun.goes_to)


@transaction.non_atomic_requests
@never_cache
@csrf_protect
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out here, and send the browser to sign out at the issuer.

    The session ends there even if the browser does not follow.
    """
    tokens, client = sessions.end(request), conf.client()
    back = conf.options().post_logout_redirect
    back = _absolute(request, back) if back else ""
    if tokens is None:
        return HttpResponseRedirect(client.logout_url(post_logout_redirect_uri=back))
    if tokens.refresh_token:
        with suppress(Unavailable):  # nobody stays signed in here for an outage there
            client.revoke(tokens.refresh_token)
    return leaving.posting(
        *client.logout_form(tokens.id_token, post_logout_redirect_uri=back)
    )


@transaction.non_atomic_requests
@never_cache
@csrf_exempt
@require_POST
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    """Hear that a session ended elsewhere (OpenID Connect Back-Channel Logout 2.5).

    200 also where there was none; 400 to what is not genuine.
    """
    try:
        notice = conf.client().verify_logout_token(
            request.POST.get("logout_token", ""),
            once=lambda notice: cache.get(_heard(notice)) is None,
        )
    except LogoutTokenReplayed:
        return HttpResponse()
    except LogoutTokenInvalid:
        return HttpResponse(status=400)
    except Unavailable:
        return HttpResponse(status=503)
    sessions.end_all(sid=notice.sid, sub=notice.sub)
    # after the end: what failed half-way is told again
    cache.set(_heard(notice), 1, LOGOUT_FRESH_SECONDS + 2 * LEEWAY_SECONDS)
    return HttpResponse()


def _heard(notice: LoggedOut) -> str:
    return f"ntt-auth-logout-{hashlib.sha256(notice.jti.encode()).hexdigest()}"


def local_path(
    wanted: str,
    otherwise: str,
) -> str:
    """Return `wanted` if it is a path of this site, and no other's address."""
    plain = wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    if plain and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise


def _absolute(
    request: HttpRequest,
    path: str,
) -> str:
    origin = conf.options().origin
    return urljoin(origin, path) if origin else request.build_absolute_uri(path)


def _failed(
    reason: str,
    status: int,
) -> HttpResponse:
    again = reverse("ntt_auth:login")
    return pages.told(_TITLE, reason, status, (again, "Try again"))


def _unwelcome(error: Forbidden) -> HttpResponse:
    other = f"{reverse('ntt_auth:login')}?prompt=login"
    link = (other, "Sign in with another account")
    return pages.told(error.title, error.action, error.status, link)
