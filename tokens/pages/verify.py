"""The mailed code of a sign-up, or of a sign-in whose address was never proven."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import EmailVerificationRequired
from accounts.pages.forms import CodeField, PageForm
from config.errors import ServiceError
from tokens.pages import steps
from tokens.pages.drawing import draw
from tokens.pages.steps import Step
from tokens.services import confirmation
from tokens.services.entrances import Door


class MailedCodeForm(PageForm):
    """The code from the mail."""

    focus = "code"
    code = CodeField(digits=False, label=gettext_lazy("Code from the mail"))


@steps.at_step(EmailVerificationRequired.code)
def verify(
    request: HttpRequest,
    step: Step,
) -> HttpResponse:
    """Take the code that was mailed, or mail another one."""
    if "resend" in request.POST:
        return _resent(request, step)
    form, refusal = MailedCodeForm(request.POST or None), None
    if form.is_valid():
        try:
            outcome = confirmation.verify_email(
                flow_token=step.flow_token,
                code=form.cleaned_data["code"],
                door=Door.BROWSER,
            )
        except ServiceError as error:
            refusal = steps.drawable(error)
        else:
            return steps.proceed(request, outcome, step)
    return _page(request, step, form, refusal)


def _resent(
    request: HttpRequest,
    step: Step,
) -> HttpResponse:
    try:
        confirmation.resend_code(flow_token=step.flow_token, door=Door.BROWSER)
    except ServiceError as error:
        form, refusal = MailedCodeForm(), steps.drawable(error)
        return _page(request, step, form, refusal)
    messages.success(request, _("We sent another code. The one before is dead."))
    return HttpResponseRedirect(reverse("account-verify"))


def _page(
    request: HttpRequest,
    step: Step,
    form: MailedCodeForm,
    refusal: ServiceError | None,
) -> HttpResponse:
    return draw(
        request,
        "verify",
        refusal,
        at={"": "code"},
        form=form,
        email=step.email,
        again=steps.here("account-login", step.next),
        onward=step.next,
    )
