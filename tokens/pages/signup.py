"""Signing up."""

from django.http import HttpRequest, HttpResponse

from accounts.errors import EmailTaken
from accounts.pages.forms import AddressField, NameField, PageForm, PasswordField
from config.errors import ServiceError
from tokens.pages import browser, doors, steps, welcome
from tokens.pages.doors import Aim
from tokens.pages.drawing import draw
from tokens.pages.login import admit_registration
from tokens.pages.steps import Step
from tokens.services import entrances, sign_in


class SignUpForm(PageForm):
    """What an account begins with."""

    focus = "email"
    email = AddressField(autocomplete="username")
    name = NameField(required=False)
    password = PasswordField(new=True)


@steps.at_the_door
def signup(request: HttpRequest) -> HttpResponse:
    """Make an account; where the address has to be proven, that comes next.

    Raises `RegistrationClosed` where the instance does not let people sign up.
    """
    entrance = entrances.hosted()
    admit_registration(request)
    initial = welcome.typed(request)
    form, refusal = SignUpForm(request.POST or None, initial=initial), None
    if form.is_valid():
        given = sign_in.Credentials(**form.cleaned_data)
        try:
            outcome = sign_in.enter_by_sign_up(given, entrance)
        except ServiceError as error:
            refusal = error
        else:
            step = Step(browser.next_of(request), given.email)
            return steps.proceed(request, outcome, step)
    onward = browser.next_of(request)
    return draw(
        request,
        "signup",
        refusal,
        at={"": "email"} if isinstance(refusal, EmailTaken) else {},
        form=form,
        here=steps.here("account-signup", onward),
        sign_in=steps.here("account-login", onward),
        offers=doors.offered(request, Aim.SIGN_IN),
    )
