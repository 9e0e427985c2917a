"""Somebody for whom a provider vouched, at our pages: in, connected, or asked further."""

import time
from dataclasses import asdict, fields

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import freshness
from accounts.errors import InsufficientUserAuthentication
from accounts.models import User
from config.errors import ServiceError
from config.languages import isolated
from social.errors import AttemptOver, EmailUnproven, LinkRequired, UpstreamFault
from social.models import Connection
from social.pages import ways
from social.services import arrivals, identities
from social.services.attempts import Way
from social.upstream import Vouched
from tokens.pages import browser, steps
from tokens.pages.doors import Aim
from tokens.pages.login import admit_registration_to
from tokens.pages.steps import Arrival, Step
from tokens.services import entrances, renewal
from tokens.services.entrances import Door, Entrance
from tokens.standing import Standing

FINISH = "account-social-finish"


def land(
    request: HttpRequest,
    way: Way,
    vouched: Vouched,
) -> HttpResponse:
    """Go on with what a way was taken for. Raises `ServiceError` leaves for a page."""
    if way.journey.aim is Aim.LINK:
        return _linked(request, way, vouched)
    if way.journey.aim is Aim.RENEW:
        return _renewed(request, way, vouched)
    return _entered(request, way, vouched)


def entrance_of(connection: Connection) -> Entrance:
    """Return the door of our pages, by way of a connection."""
    hosted = entrances.hosted()
    return Entrance(
        hosted.application,
        hosted.target,
        Door.BROWSER,
        connection=connection.provider_id,
        bound_to=connection.tenant_id,
    )


def _entered(
    request: HttpRequest,
    way: Way,
    vouched: Vouched,
) -> HttpResponse:
    connection, onward = way.connection, way.journey.next
    application = ways.application_of(request, onward)
    if str(application.tenant_id) != way.journey.tenant_id:
        raise AttemptOver  # the visit that it was begun for is over
    try:
        outcome = arrivals.enter(
            connection,
            vouched,
            entrance_of(connection),
            admit=lambda: admit_registration_to(application),
        )
    except (LinkRequired, EmailUnproven) as refusal:
        return _parked(request, way, vouched, refusal)
    return steps.proceed(request, outcome, Step(onward, vouched.email))


def _parked(
    request: HttpRequest,
    way: Way,
    vouched: Vouched,
    refusal: ServiceError,
) -> HttpResponse:
    """Keep whom a provider vouched for while they prove who they are here."""
    request.session[steps.ARRIVAL] = asdict(
        Arrival(
            page=FINISH,
            provider=way.connection.name,
            email=vouched.email,
            vouched={"connection": str(way.connection.pk), **asdict(vouched)},
            began=time.time(),
        )
    )
    steps.expire_soon(request)
    asks_address = isinstance(refusal, EmailUnproven)
    name = "account-social-address" if asks_address else "account-login"
    return HttpResponseRedirect(steps.here(name, way.journey.next))


def _standing(
    request: HttpRequest,
    way: Way,
) -> Standing:
    """Return the browser's standing, the same as when the way was begun."""
    present = browser.standing_of(request)
    if present is None or str(present.sid) != way.journey.sid:
        raise AttemptOver
    return present


def _renewed(
    request: HttpRequest,
    way: Way,
    vouched: Vouched,
) -> HttpResponse:
    present = _standing(request, way)
    known = identities.known(way.connection, vouched)
    if known is None or known.user_id != present.user_id or way.connection.tenant_id:
        raise UpstreamFault("account", "somebody else's")
    request.standing = present  # type: ignore[attr-defined]
    session = browser.session_of(request)
    outcome = renewal.reauthenticate_vouched(session, epoch=known.user.epoch)
    step = Step(way.journey.next, sid=str(present.sid))
    return steps.proceed(request, outcome, step)


def _linked(
    request: HttpRequest,
    way: Way,
    vouched: Vouched,
) -> HttpResponse:
    present = _standing(request, way)
    try:
        freshness.require_own(present.bound_to)
        freshness.require_recent(present.auth_time.timestamp())
        freshness.require_all_factors(present.user_id, present.amr)
    except InsufficientUserAuthentication:
        raise AttemptOver from None
    user = User.objects.get(pk=present.user_id)
    identities.link(user, way.connection, vouched)
    told = _("%(provider)s is connected.") % {"provider": isolated(way.connection.name)}
    messages.success(request, told)
    return HttpResponseRedirect(way.journey.next or reverse("account-security"))


def vouched_of(arrival: Arrival) -> Vouched:
    """Return whom a provider vouched for, of an arrival."""
    names = {each.name for each in fields(Vouched)}
    return Vouched(**{k: v for k, v in arrival.vouched.items() if k in names})
