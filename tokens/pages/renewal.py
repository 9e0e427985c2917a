"""Proving again who one is (step-up), for what asks for a recent proof."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts import flows
from accounts.errors import FlowInvalid, InvalidCredentials
from accounts.flows.second_factor import PASSKEY
from accounts.pages.forms import PageForm, PasswordField
from config.errors import ServiceError
from tokens.errors import TokenRevoked
from tokens.models import Session
from tokens.pages import browser, doors, passkeys, steps
from tokens.pages.doors import Aim
from tokens.pages.drawing import draw, served
from tokens.pages.steps import Step
from tokens.services import renewal, second_factor
from tokens.services.entrances import Door
from tokens.services.second_factor import Proof

KEPT = "renewal"


class PasswordForm(PageForm):
    """The password of who is signed in."""

    focus = "password"
    password = PasswordField(new=False)


@browser.signed_in
@served
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and then the factor; or for a passkey, which is both."""
    session = browser.session_of(request)
    by_passkey = passkeys.FIELD in request.POST
    form = PasswordForm(None if by_passkey else request.POST or None)
    refusal: ServiceError | None = None
    if by_passkey or form.is_valid():
        try:
            outcome = (
                _signed(request)
                if by_passkey
                else renewal.reauthenticate(session, **form.cleaned_data)
            )
            step = Step(browser.next_of(request), sid=str(session.sid))
            return steps.proceed(request, outcome, step)
        except TokenRevoked:
            onward = browser.next_of(request)
            return HttpResponseRedirect(steps.here("account-login", onward))
        except InvalidCredentials:
            refusal = InvalidCredentials(_("The password is wrong."))
        except ServiceError as error:
            refusal = error
    return _page(request, session, form, refusal)


def _signed(request: HttpRequest) -> Session | flows.Pending:
    flow_token = request.session.pop(KEPT, "")
    if not flow_token:
        raise FlowInvalid
    proof = Proof(PASSKEY, credential=passkeys.shown(request))
    return second_factor.prove(flow_token, proof, door=Door.BROWSER)


def _page(
    request: HttpRequest,
    session: Session,
    form: PasswordForm,
    refusal: ServiceError | None,
) -> HttpResponse:
    onward = browser.next_of(request)
    return draw(
        request,
        "reauthenticate",
        refusal,
        at={"": "password"},
        form=form if session.login.user.has_usable_password() else None,
        here=steps.here("account-reauthenticate", onward),
        person=session.login.user,
        options=_options(request, session),
        offers=doors.offered(request, Aim.RENEW),
        reset=steps.here("account-reset", onward),
    )


def _options(
    request: HttpRequest,
    session: Session,
) -> dict[str, Any] | None:
    """Return request options for a passkey alone; None for somebody without one."""
    if PASSKEY not in flows.methods_of(session.login.user_id):
        return None
    begun = renewal.reauthenticate(session, password=None)
    if isinstance(begun, Session):
        return None
    request.session[KEPT] = begun.flow_token
    return second_factor.options(begun.flow_token)
