"""Who sits at the browser: a cookie session that stands on a `Session` of the browser door.

The cookie is only a way to find it: what ends a session, a login or a person ends the
browser's too, at its next request. Django's own user of the request is the same person, for
the console and for CSRF.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from accounts import flows, freshness
from accounts.errors import InsufficientUserAuthentication
from accounts.flows import Authenticated
from accounts.models import User
from config.errors import NotAuthenticated
from tokens import feed, standing
from tokens.models import Session
from tokens.services import entrances, sessions
from tokens.standing import Standing

SID = "sid"
FLOW = "pending"
NEXT = "next"
_READ = "_standing_read"  # once a request: the console asks for each link that it shows
_BACKEND = "accounts.backends.EmailBackend"
_TOUCHED = timedelta(minutes=1)
_LONGEST = 2048

Page = Callable[..., HttpResponse]


def begin(
    request: HttpRequest,
    session: Session,
) -> None:
    """Sign the browser in: a new cookie, and nothing kept of what was before."""
    if session.door != Session.Door.BROWSER:
        raise ImproperlyConfigured("a browser stands on a session of the browser door")
    user = User.objects.get(pk=session.login.user_id)
    feed.read()  # without one, nobody's standing is known
    request.session.flush()
    auth.login(request, user, backend=_BACKEND)
    request.session[SID] = str(session.sid)
    request.session.set_expiry(session.expires_at)


def stay(request: HttpRequest) -> None:
    """Keep the browser signed in over a change that ended everybody else's sessions.

    The cookie is new; whoever kept a copy of the old one has nothing.
    """
    user = session_of(request).login.user
    auth.update_session_auth_hash(request, user)
    request.user = user


def end(request: HttpRequest) -> None:
    """Forget who sits at the browser; the session itself was ended by a service."""
    request.session.flush()


def leave(request: HttpRequest) -> None:
    """End the browser's login, and forget who sat there. Named by CONSOLE_EXIT."""
    present = standing_of(request)
    end(request)
    if present is not None:
        sessions.log_out_of(present.sid)


def standing_of(request: HttpRequest) -> Standing | None:
    """Return the standing of the browser's session if it is in force, else None.

    Using it notes the use, once a minute, and puts its idle end off.
    """
    if not hasattr(request, _READ):
        setattr(request, _READ, _read(request))
    found: Standing | None = getattr(request, _READ)
    return found


def _read(request: HttpRequest) -> Standing | None:
    sid, user = request.session.get(SID), request.user
    if not sid or not user.is_authenticated:
        return None
    try:
        present = standing.read(UUID(sid))
        present.require_in_force()
    except NotAuthenticated:
        return None
    if present.user_id != user.pk or present.door != Session.Door.BROWSER:
        return None
    _touch(present)
    return present


def _touch(present: Standing) -> None:
    now = timezone.now()
    if present.rotated_at > now - _TOUCHED:
        return
    idle = min(now + timedelta(seconds=present.idle_seconds), present.expires_at)
    Session.objects.filter(sid=present.sid, revoked_at=None).update(
        rotated_at=now, idle_expires_at=idle
    )


def signed_in(page: Page) -> Page:
    """Let only somebody signed in see a page; others sign in first, and come back.

    The page finds the `Standing` as `request.standing`.
    """

    @wraps(page)
    def gate(
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponse:
        present = standing_of(request)
        if present is None:
            return _to("account-login", request)
        request.standing = present  # type: ignore[attr-defined]
        return page(request, *args, **kwargs)

    return never_cache(gate)


def fresh(page: Page) -> Page:
    """Let only somebody see a page who proved lately who they are (`STEP_UP_SECONDS`)."""

    @wraps(page)
    def gate(
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponse:
        try:
            present: Standing = request.standing  # type: ignore[attr-defined]
            freshness.require_own(present.bound_to)
            freshness.require_recent(present.auth_time.timestamp())
            freshness.require_all_factors(present.user_id, present.amr)
        except InsufficientUserAuthentication:
            return _to("account-reauthenticate", request)
        return page(request, *args, **kwargs)

    return signed_in(gate)


def session_of(request: HttpRequest) -> Session:
    """Return the browser's session; for pages behind `signed_in`."""
    sid = request.standing.sid  # type: ignore[attr-defined]
    return Session.objects.select_related("login__user").get(sid=sid)


def begin_setup(
    request: HttpRequest,
    user: User,
) -> str:
    """Sign in whoever has just made the first superuser; return where to go.

    They chose the password a moment ago: the console's second factor is enrolled next.
    Named by CONSOLE_SETUP.
    """
    entrance = entrances.hosted()
    epochs = entrances.read_epochs(user.pk, user.epoch, entrance.application)
    proof = Authenticated.now(user.pk, amr=("pwd",), state={})
    session = entrances.enter(entrance, epochs=epochs, proof=proof)
    if not isinstance(session, Session):
        return reverse("account-login")
    begin(request, session)
    return f"{reverse('account-enrol')}?{urlencode({NEXT: reverse('admin:index')})}"


def may_operate(request: HttpRequest) -> bool:
    """Tell whether the console may be used: staff, with a second factor shown lately.

    Named by CONSOLE_GATE.
    """
    user = request.user
    if not user.is_active or not (user.is_staff or user.is_superuser):
        return False
    present = standing_of(request)
    if present is None:
        return False
    try:
        freshness.require_own(present.bound_to)
        freshness.require_factor(present.auth_time.timestamp(), present.amr)
    except InsufficientUserAuthentication:
        return False
    return True


def way_to_console(request: HttpRequest) -> str:
    """Return where somebody has to go who may not use the console as things are.

    Named by CONSOLE_WAY: to sign in, to enrol a factor, or to prove again who they are; ""
    for somebody who is no operator, whatever they prove.
    """
    user, present = request.user, standing_of(request)
    if present is None:
        return reverse("account-login")
    if not (user.is_staff or user.is_superuser):
        return ""
    if not flows.has_factor(user.pk):
        return reverse("account-enrol")
    return reverse("account-reauthenticate")


def next_of(request: HttpRequest) -> str:
    """Return where the browser wants to go after this: a path of ours, or "".

    From the form, or else the query.
    """
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    if len(wanted) > _LONGEST:
        return ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and wanted[:1] == "/" and wanted.isprintable() else ""


def onward(request: HttpRequest) -> str:
    """Return where to go from here: `next`, or the account's first page."""
    return next_of(request) or reverse("account-profile")


def _to(
    name: str,
    request: HttpRequest,
) -> HttpResponseRedirect:
    """Send the browser to another page first; a GET comes back here afterwards."""
    here = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    query = f"?{urlencode({NEXT: here})}" if here else ""
    return HttpResponseRedirect(reverse(name) + query)
