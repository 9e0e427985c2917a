"""Where a browser stands in a sign-in of several steps.

The `flow_token` is kept in its session, never in a URL or a form. Each step that is taken
gives the browser a new cookie.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import flows
from accounts.errors import (
    EmailVerificationRequired,
    FlowInvalid,
    InvalidCredentials,
    MfaEnrollmentRequired,
    MfaRequired,
)
from config.errors import ServiceError
from tokens.errors import TokenRevoked
from tokens.models import Session
from tokens.pages import browser, visits
from tokens.pages.drawing import Page, served

PAGES = {
    EmailVerificationRequired.code: "account-verify",
    MfaRequired.code: "account-mfa",
    MfaEnrollmentRequired.code: "account-enrol-required",
}
ENDS = (FlowInvalid, InvalidCredentials, TokenRevoked)
FLOW_SECONDS = 3600
INVITATION = "invitation"  # the key of a mail that somebody accepts once signed in
ARRIVAL = "arrival"  # whom a provider vouched for, until they are somebody here
ARRIVAL_SECONDS = 900
KEPT = (INVITATION, ARRIVAL, visits.KEPT)  # what outlives a sign-in


@dataclass(frozen=True)
class Step:
    """What comes next, and where it leads.

    `email` is what the person typed. `sid` is that of the session that is renewed by it;
    without one somebody signs in. `secret` and `uri` are those of an app being set up.
    """

    next: str = ""
    email: str = ""
    sid: str = ""
    flow_token: str = ""
    code: str = ""
    methods: tuple[str, ...] = ()
    secret: str = ""
    uri: str = ""

    @property
    def onward(self) -> str:
        """Return where the browser goes after the last step."""
        return self.next or reverse("account-profile")


@dataclass(frozen=True)
class Arrival:
    """Somebody whom a provider vouched for and whom nobody here is known to be.

    Their sign-in, or sign-up, connects the two: `page` does that. `provider` is what the
    connection is called, `email` what the person goes on with, `vouched` all that was
    told. `began` is in Unix seconds.
    """

    page: str
    provider: str
    email: str
    vouched: dict[str, Any]
    began: float


def arrived(request: HttpRequest) -> Arrival | None:
    """Return who arrived at this browser and is not yet known; None for nobody."""
    try:
        found = Arrival(**request.session[ARRIVAL])
    except (KeyError, TypeError):  # none, or kept by another version of this
        return None
    return found if found.began > time.time() - ARRIVAL_SECONDS else None


def kept(request: HttpRequest) -> Step | None:
    """Return the step that the browser has to take; None for none."""
    found = request.session.get(browser.FLOW)
    try:
        return Step(**found | {"methods": tuple(found["methods"])}) if found else None
    except (KeyError, TypeError):  # kept by another version of this
        return None


def keep(
    request: HttpRequest,
    step: Step,
) -> None:
    """Keep the step that the browser has to take."""
    request.session[browser.FLOW] = asdict(step)
    expire_soon(request)


def expire_soon(request: HttpRequest) -> None:
    """Keep the session of a browser that is not signed in no longer than a flow lasts."""
    if browser.SID not in request.session:
        request.session.set_expiry(FLOW_SECONDS)


def proceed(
    request: HttpRequest,
    outcome: Session | flows.Pending,
    step: Step,
) -> HttpResponseRedirect:
    """Go where a step led: to the next one, or in. `step` is the one that was taken.

    Raises `FlowInvalid` where it renewed another session than the browser's.
    """
    if isinstance(outcome, flows.Pending):
        asked = replace(
            step,
            flow_token=outcome.flow_token,
            code=outcome.code,
            methods=outcome.methods,
        )
        keep(request, asked)
        request.session.cycle_key()
        further = HttpResponseRedirect(reverse(PAGES[outcome.code]))
        further.problem_code = outcome.code  # type: ignore[attr-defined]  # for the metrics
        return further
    enter(request, outcome, step)
    return HttpResponseRedirect(_onward(request, step))


def _onward(
    request: HttpRequest,
    step: Step,
) -> str:
    """Return where to go after the last step: who arrived is connected first."""
    arrival = arrived(request)
    if arrival is None or step.sid:
        return step.onward
    return here(arrival.page, step.next)


def enter(
    request: HttpRequest,
    session: Session,
    step: Step,
) -> None:
    """Have the browser stand on a session, or on its own one renewed. Raises `FlowInvalid`."""
    if step.sid:
        if str(session.sid) != step.sid or request.session.get(browser.SID) != step.sid:
            raise FlowInvalid
        request.session.pop(browser.FLOW, None)
        request.session.cycle_key()
        return
    held = {name: request.session.get(name) for name in KEPT}
    browser.begin(request, session)
    request.session.update({name: what for name, what in held.items() if what})


def at_the_door(page: Page) -> Page:
    """Serve a page to whoever is not signed in; the others go on."""

    @wraps(page)
    def gate(request: HttpRequest) -> HttpResponse:
        if browser.standing_of(request) is not None:
            return HttpResponseRedirect(browser.onward(request))
        return page(request)

    return served(gate)


def at_step(code: str) -> Callable[[Page], Page]:
    """Serve a page only to a browser that has to take this step; it is given the `Step`.

    Who has to take another is sent there, and who has none, or whose flow is over, back.
    """

    def decorate(page: Page) -> Page:
        @wraps(page)
        def gate(request: HttpRequest) -> HttpResponse:
            step = kept(request)
            if step is None:
                return HttpResponseRedirect(reverse("account-login"))
            if step.sid and not _stands(request, step):
                return back(request, step)
            if step.code != code:
                return HttpResponseRedirect(reverse(PAGES[step.code]))
            try:
                return page(request, step)
            except ENDS:
                return back(request, step)

        return served(gate)

    return decorate


def back(
    request: HttpRequest,
    step: Step,
) -> HttpResponseRedirect:
    """Send a browser whose flow is over to begin again, and say so.

    Not where it got in meanwhile: then its session of before is gone.
    """
    if request.session.exists(request.session.session_key or ""):
        messages.warning(request, _("That took too long, or is over. Begin again."))
    name = "account-reauthenticate" if step.sid else "account-login"
    return HttpResponseRedirect(here(name, step.next))


def drawable(refusal: ServiceError) -> ServiceError:
    """Return a refusal that the page of a step shows; one that ends the flow is raised."""
    if isinstance(refusal, ENDS):
        raise refusal
    return refusal


def here(
    name: str,
    onward: str,
) -> str:
    """Return the path of a page from which the browser goes on to `onward`, or ""."""
    query = f"?{urlencode({browser.NEXT: onward})}" if onward else ""
    return reverse(name) + query


def _stands(
    request: HttpRequest,
    step: Step,
) -> bool:
    standing = browser.standing_of(request)
    return standing is not None and str(standing.sid) == step.sid
