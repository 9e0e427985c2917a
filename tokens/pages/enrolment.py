"""Setting up the second factor that a policy asks for, on the way in."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from accounts import flows
from accounts.errors import MfaEnrollmentRequired
from accounts.flows import enrolment, webauthn
from accounts.flows.second_factor import PASSKEY, TOTP
from accounts.pages.forms import CodeField, PageForm
from config.errors import ServiceError
from tokens.pages import passkeys, steps
from tokens.pages.drawing import draw
from tokens.pages.steps import Step
from tokens.services import second_factor
from tokens.services.entrances import Door
from tokens.services.second_factor import Proof


class AppForm(PageForm):
    """The first code of an app that was given its key."""

    code = CodeField(label=_("Code from your app"))


@steps.at_step(MfaEnrollmentRequired.code)
def required(
    request: HttpRequest,
    step: Step,
) -> HttpResponse:
    """Have an app or a passkey set up; then show the recovery codes, once."""
    made = passkeys.FIELD in request.POST
    form, refusal = AppForm(None if made else request.POST or None), None
    if made or form.is_valid():
        proof = (
            Proof(PASSKEY, credential=passkeys.shown(request))
            if made
            else Proof(TOTP, form.cleaned_data["code"])
        )
        try:
            return _entered(request, step, proof)
        except ServiceError as error:
            refusal = steps.drawable(error)
    return _page(request, step, form, refusal)


def _entered(
    request: HttpRequest,
    step: Step,
    proof: Proof,
) -> HttpResponse:
    outcome, enrolled = second_factor.enter_by_enrolling(
        step.flow_token, proof, door=Door.BROWSER
    )
    if isinstance(outcome, flows.Pending):
        return steps.proceed(request, outcome, step)
    steps.enter(request, outcome, step)
    if not enrolled.recovery_codes:
        return HttpResponseRedirect(step.onward)
    codes = enrolled.recovery_codes
    return draw(request, "recovery-codes", codes=codes, onward=step.onward)


def _page(
    request: HttpRequest,
    step: Step,
    form: AppForm,
    refusal: ServiceError | None,
) -> HttpResponse:
    given = _given(request, step)
    return draw(
        request,
        "enrol-required",
        refusal,
        at={"": "code"},
        form=form,
        qr=enrolment.picture(given.uri),
        secret=_spaced(given.secret),
        options=_options(step),
        again=steps.here("account-login", step.next),
        onward=step.next,
    )


def _given(
    request: HttpRequest,
    step: Step,
) -> Step:
    """Return the step with the app's key, which stays the same until it is proven."""
    if not step.secret:
        secret, uri = second_factor.enrol_totp(step.flow_token)
        step = replace(step, secret=secret, uri=uri)
        steps.keep(request, step)
    return step


def _options(step: Step) -> dict[str, Any] | None:
    if not webauthn.is_possible():
        return None
    return second_factor.enrol_passkey(step.flow_token)


def _spaced(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
