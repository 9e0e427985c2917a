"""Somebody whom a provider vouched for and whom nobody here is: an address, or an account."""

from dataclasses import asdict, replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.addresses import email_key
from accounts.errors import EmailTaken
from accounts.models import User
from accounts.pages.forms import AddressField, PageForm
from config import envelope
from config.errors import ServiceError
from config.languages import isolated
from social.models import Connection
from social.pages import landing, ways
from social.services import identities
from social.upstream import Vouched
from tokens.pages import browser, steps
from tokens.pages.drawing import draw
from tokens.pages.login import admit_registration
from tokens.pages.own.page import form_page, standing
from tokens.pages.steps import Arrival, Step
from tokens.services import sign_in

ASKED = "asked"  # the address with which who arrived signs up


class AddressForm(PageForm):
    """An address to be proven."""

    focus = "email"
    email = AddressField(autocomplete="email")


@steps.at_the_door
def address(request: HttpRequest) -> HttpResponse:
    """Ask for an address, of which a mailed code proves that it is theirs.

    The account needs no password: the provider vouches from then on.
    """
    arrival = steps.arrived(request)
    if arrival is None:
        return HttpResponseRedirect(_here(request, "account-login"))
    admit_registration(request)
    form = AddressForm(request.POST or None, initial={"email": arrival.email})
    refusal: ServiceError | None = None
    if form.is_valid():
        try:
            return _signed_up(request, arrival, form.cleaned_data["email"])
        except ServiceError as error:
            refusal = error
    return draw(
        request,
        "social/address",
        refusal,
        at={"": "email"} if isinstance(refusal, EmailTaken) else {},
        form=form,
        provider=arrival.provider,
        here=_here(request, "account-social-address"),
        sign_in=_here(request, "account-login"),
        follow=browser.next_of(request),
    )


@require_POST
@never_cache
def forget(request: HttpRequest) -> HttpResponse:
    """Forget who arrived: whoever it was signs in without the provider."""
    request.session.pop(steps.ARRIVAL, None)
    return HttpResponseRedirect(_here(request, "account-login"))


def _signed_up(
    request: HttpRequest,
    arrival: Arrival,
    email: str,
) -> HttpResponse:
    connection = _connection(request, arrival)
    if connection is None:
        return HttpResponseRedirect(_here(request, "account-login"))
    vouched = landing.vouched_of(arrival)
    given = sign_in.Credentials(email, None, vouched.name)
    outcome = sign_in.enter_by_sign_up(given, landing.entrance_of(connection))
    asked = {**arrival.vouched, ASKED: email_key(email)}
    request.session[steps.ARRIVAL] = asdict(replace(arrival, vouched=asked))
    return steps.proceed(request, outcome, Step(browser.next_of(request), email))


@form_page
@browser.signed_in
def finish(request: HttpRequest) -> HttpResponse:
    """Connect who arrived to the account that was just signed in to, and go on.

    Where only the order of things says that they are the same person, the person says so:
    on a shared computer, who arrived may have left before another signed in.
    """
    arrival = steps.arrived(request)
    if arrival is None or request.POST.get("decision") == "skip":
        return _done(request)
    connection = _connection(request, arrival)
    present = standing(request)
    if connection is None or present.auth_time.timestamp() < arrival.began:
        return _done(request)
    vouched = landing.vouched_of(arrival)
    person = User.objects.get(pk=present.user_id)
    name = {"provider": isolated(connection.name)}
    if present.bound_to not in (None, connection.tenant_id):
        text = _("%(provider)s was not connected: that needs your own password.")
        messages.warning(request, text % name)
        return _done(request)
    if vouched.verified and person.email_key != email_key(vouched.email):
        text = _("%(provider)s was not connected: your account has another address.")
        messages.warning(request, text % name)
        return _done(request)
    newborn = person.created_at.timestamp() >= arrival.began
    made_here = newborn and arrival.vouched.get(ASKED) == person.email_key
    known = vouched.verified or made_here
    if not known and request.method != "POST":
        return _question(request, arrival, vouched, person)
    _connect(request, connection, vouched, person)
    return _done(request)


def _question(
    request: HttpRequest,
    arrival: Arrival,
    vouched: Vouched,
    person: User,
) -> HttpResponse:
    response = draw(
        request,
        "social/connect",
        provider=arrival.provider,
        there=vouched.email or vouched.name,
        email=person.email,
        here=_here(request, "account-social-finish"),
    )
    response["Cross-Origin-Opener-Policy"] = envelope.ALONE  # a click gives much away
    return response


def _connect(
    request: HttpRequest,
    connection: Connection,
    vouched: Vouched,
    person: User,
) -> None:
    name = {"provider": isolated(connection.name)}
    try:
        identities.link(person, connection, vouched)
    except ServiceError:
        messages.warning(request, _("%(provider)s was not connected.") % name)
        return
    messages.success(request, _("%(provider)s is connected.") % name)


def _done(request: HttpRequest) -> HttpResponse:
    request.session.pop(steps.ARRIVAL, None)
    return HttpResponseRedirect(browser.onward(request))


def _connection(
    request: HttpRequest,
    arrival: Arrival,
) -> Connection | None:
    connection_id = UUID(arrival.vouched["connection"])
    rows = Connection.objects.open_to(ways.application_of(request).tenant_id)
    return rows.filter(pk=connection_id).first()


def _here(
    request: HttpRequest,
    name: str,
) -> str:
    return steps.here(name, browser.next_of(request))
