"""The second factor, at sign-in and where somebody proves again who they are."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import MfaRequired
from accounts.flows.second_factor import PASSKEY, RECOVERY_CODE, TOTP
from accounts.pages.forms import CodeField, PageForm
from config.errors import ServiceError
from tokens.pages import passkeys, steps
from tokens.pages.drawing import draw
from tokens.pages.steps import Step
from tokens.services import second_factor
from tokens.services.entrances import Door
from tokens.services.second_factor import Proof

WITH = "with"
_APP = _("The six digits that your authenticator app shows now.")
_CODE = _("One of the codes that you were given to keep. Each works once.")


class AppCodeForm(PageForm):
    """A code of an authenticator app."""

    focus = "code"
    code = CodeField(label=_("Code from your app"), help_text=_APP)


class RecoveryCodeForm(PageForm):
    """A recovery code."""

    focus = "code"
    code = CodeField(digits=False, label=_("Recovery code"), help_text=_CODE)


@steps.at_step(MfaRequired.code)
def authenticate(
    request: HttpRequest,
    step: Step,
) -> HttpResponse:
    """Ask for the second factor in one of the ways that the person has."""
    method = _method(request, step)
    form, refusal = _form(request, method), None
    proof = _proof(request, method, form)
    if proof is not None:
        try:
            outcome = second_factor.prove(step.flow_token, proof, door=Door.BROWSER)
        except ServiceError as error:
            refusal = steps.drawable(error)
        else:
            return steps.proceed(request, outcome, step)
    return _page(request, step, form, refusal)


def _method(
    request: HttpRequest,
    step: Step,
) -> str:
    """Return the way that was chosen, or else the person's first."""
    chosen = request.GET.get(WITH, "")
    if chosen in step.methods:
        return chosen
    return step.methods[0] if step.methods else TOTP


def _form(
    request: HttpRequest,
    method: str,
) -> PageForm | None:
    """Return the form for a code; None where a passkey is asked."""
    if method == PASSKEY:
        return None
    kind = RecoveryCodeForm if method == RECOVERY_CODE else AppCodeForm
    return kind(request.POST or None)


def _proof(
    request: HttpRequest,
    method: str,
    form: PageForm | None,
) -> Proof | None:
    """Return what was shown; None for nothing that a service could look at."""
    if form is not None:
        return Proof(method, form.cleaned_data["code"]) if form.is_valid() else None
    if request.method == "POST":
        return Proof(PASSKEY, credential=passkeys.shown(request))
    return None


def _page(
    request: HttpRequest,
    step: Step,
    form: PageForm | None,
    refusal: ServiceError | None,
) -> HttpResponse:
    method = _method(request, step)
    return draw(
        request,
        "mfa",
        refusal,
        at={"": "code"},
        form=form,
        options=None if form else second_factor.options(step.flow_token),
        method=method,
        action=f"{reverse('account-mfa')}?{WITH}={method}",
        others=[name for name in step.methods if name != method],
        back=step.onward if step.sid else "",
        again=steps.here("account-login", step.next),
        onward=step.next,
    )
