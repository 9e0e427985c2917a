"""Signing in: by address and password, or by a passkey alone."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.pages.forms import AddressField, PageForm, PasswordField
from config.errors import ServiceError
from tenants import admission
from tenants.admission import RegistrationClosed
from tenants.models import Application
from tokens.pages import browser, doors, passkeys, steps, welcome
from tokens.pages.doors import Aim
from tokens.pages.drawing import draw
from tokens.pages.steps import Step
from tokens.services import entrances, second_factor, sign_in
from tokens.services.entrances import Door


class LoginForm(PageForm):
    """An address and its password, in one form that password managers know."""

    focus = "email"
    email = AddressField(autocomplete="username webauthn")
    password = PasswordField(new=False)


@steps.at_the_door
def login(request: HttpRequest) -> HttpResponse:
    """Ask for address and password, and offer passkeys."""
    form, refusal = LoginForm(request.POST or None, initial=_typed(request)), None
    if request.method != "POST" and (gone := doors.straight(request)):
        return gone
    if form.is_valid():
        given = sign_in.Credentials(**form.cleaned_data)
        try:
            outcome = sign_in.enter_by_password(given, entrances.hosted())
        except ServiceError as error:
            refusal = error
        else:
            step = Step(browser.next_of(request), given.email)
            return steps.proceed(request, outcome, step)
    return _page(request, form, refusal)


@require_POST
@steps.at_the_door
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in whoever's passkey answered."""
    flow_token, refusal = passkeys.taken(request), None
    try:
        outcome = second_factor.enter_by_passkey(
            flow_token, passkeys.shown(request), door=Door.BROWSER
        )
    except ServiceError as error:
        refusal = error
    else:
        return steps.proceed(request, outcome, Step(browser.next_of(request)))
    return _page(request, LoginForm(initial=_typed(request)), refusal)


def _page(
    request: HttpRequest,
    form: LoginForm,
    refusal: ServiceError | None,
) -> HttpResponse:
    onward = browser.next_of(request)
    return draw(
        request,
        "login",
        refusal,
        form=form,
        here=steps.here("account-login", onward),
        by_passkey=steps.here("account-login-passkey", onward),
        reset=steps.here("account-reset", onward),
        sign_up=steps.here("account-signup", onward) if is_open(request) else "",
        options=passkeys.offered(request),
        offers=doors.offered(request, Aim.SIGN_IN),
        arrived=steps.arrived(request),
    )


def _typed(request: HttpRequest) -> dict[str, str]:
    """Return what the form begins with: whom a provider named, or the application did."""
    arrived = steps.arrived(request)
    known = {"email": arrived.email} if arrived and arrived.email else {}
    return known or welcome.typed(request)


def is_open(request: HttpRequest) -> bool:
    """Tell whether people may sign themselves up."""
    try:
        admit_registration(request)
    except RegistrationClosed:
        return False
    return True


def admit_registration(request: HttpRequest) -> None:
    """Refuse sign-up where the instance is not open, or whom the visit leads to is not.

    Raises `RegistrationClosed`.
    """
    visited = welcome.of(request)
    admit_registration_to(visited.application if visited else None)


def admit_registration_to(application: Application | None) -> None:
    """Refuse sign-up where the instance is not open, or an application is not.

    An account that the application does not let in would be of no use. Raises
    `RegistrationClosed`.
    """
    admission.admit_registration(entrances.hosted().application)
    if application is not None:
        admission.admit_registration(application)
