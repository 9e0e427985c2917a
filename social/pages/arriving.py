"""Somebody whom a provider vouched for and whom nobody here is: an address, or an account."""

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
from config.errors import ServiceError
from config.languages import isolated
from social.models import Connection
from social.pages import landing, ways
from social.services import identities
from tokens.pages import browser, steps
from tokens.pages.drawing import draw
from tokens.pages.login import admit_registration
from tokens.pages.steps import Arrival, Step
from tokens.services import sign_in


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
    return steps.proceed(request, outcome, Step(browser.next_of(request), email))


@browser.signed_in
def finish(request: HttpRequest) -> HttpResponse:
    """Connect who arrived to the account that they have just signed in to, and go on."""
    arrival = steps.arrived(request)
    request.session.pop(steps.ARRIVAL, None)
    if arrival is not None:
        _connect(request, arrival)
    return HttpResponseRedirect(browser.onward(request))


def _connect(
    request: HttpRequest,
    arrival: Arrival,
) -> None:
    """Connect the two, unless the sign-in is older, or another account's than was meant.

    Nor where another tenant's own provider vouched for the sign-in: whoever runs that could
    else come back by everybody's.
    """
    present = browser.standing_of(request)
    connection = _connection(request, arrival)
    if present is None or present.auth_time.timestamp() < arrival.began:
        return
    if connection is None:
        return
    vouched = landing.vouched_of(arrival)
    person = User.objects.get(pk=present.user_id)
    shown = {"provider": isolated(connection.name)}
    if vouched.verified and person.email_key != email_key(vouched.email):
        text = _("%(provider)s was not connected: your account has another address.")
        messages.warning(request, text % shown)
        return
    if present.bound_to not in (None, connection.tenant_id):
        text = _("%(provider)s was not connected: that needs your own password.")
        messages.warning(request, text % shown)
        return
    try:
        identities.link(person, connection, vouched)
    except ServiceError:
        messages.warning(request, _("%(provider)s was not connected.") % shown)
        return
    messages.success(request, _("%(provider)s is connected.") % shown)


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
