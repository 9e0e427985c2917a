"""A forgotten password: asking for the link, and the page that it leads to."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import FlowInvalid, LinkInvalid, MfaRequired
from accounts.flows.second_factor import PASSKEY, RECOVERY_CODE, TOTP
from accounts.mail import links
from accounts.pages.forms import AddressField, CodeField, PageForm, PasswordField
from accounts.pages.links import secret_link
from accounts.services import recovery
from config.errors import ServiceError
from tokens.pages import browser, passkeys, steps, welcome
from tokens.pages.drawing import draw, gone, key_of, served
from tokens.pages.factor import RecoveryCodeForm
from tokens.services import second_factor

KEPT = "reset"
CODE = "code"
_APP_CODE = 6  # digits of an app's code; a recovery code is longer


class AddressForm(PageForm):
    """Whose password is forgotten."""

    focus = "email"
    email = AddressField()


class NewPasswordForm(PageForm):
    """A new password, by a link; and a code where a second factor is asked for."""

    focus = "password"
    key = forms.CharField(widget=forms.HiddenInput)
    password = PasswordField(new=True, label=gettext_lazy("New password"))
    code = CodeField(
        digits=False,
        label=gettext_lazy("Code from your app"),
        help_text=gettext_lazy("Or one of your recovery codes."),
    )

    def __init__(
        self,
        *args: Any,
        way: str,
        app: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if way != CODE:
            del self.fields["code"]
        elif not app:
            self.fields["code"].label = RecoveryCodeForm.base_fields["code"].label
            self.fields["code"].help_text = RecoveryCodeForm.base_fields[
                "code"
            ].help_text


@served
def reset(request: HttpRequest) -> HttpResponse:
    """Mail a link to whoever has an address; the answer is the same if nobody does."""
    form = AddressForm(request.POST or None, initial=_typed(request))
    onward, refusal = browser.next_of(request), None
    ways: dict[str, Any] = {
        "here": steps.here("account-reset", onward),
        "sign_in": steps.here("account-login", onward),
    }
    if form.is_valid():
        try:
            recovery.request_reset(email=form.cleaned_data["email"])
        except ServiceError as error:
            refusal = error
        else:
            return draw(request, "reset", email=form.cleaned_data["email"], **ways)
    return draw(request, "reset", refusal, form=form, **ways)


def _typed(request: HttpRequest) -> dict[str, str]:
    """Return what the form begins with: who is signed in, or whom an application named."""
    if browser.standing_of(request) is not None:
        return {"email": request.user.email}  # type: ignore[union-attr]
    return welcome.typed(request)


@secret_link
def reset_key(request: HttpRequest) -> HttpResponse:
    """Set a new password by a mailed link, and a second factor where there is one."""
    key = key_of(request)
    try:
        links.look(key, *links.PASSWORD)
        if request.method == "POST" and "other" not in request.POST:
            return _confirmed(request, key)
        return _page(request, key, _asked(request, key))
    except LinkInvalid as refusal:
        return gone(request, refusal, again=reverse("account-reset"))


def _confirmed(
    request: HttpRequest,
    key: str,
) -> HttpResponse:
    asked = request.session.get(KEPT, {})
    way = _way(request, asked)
    form = NewPasswordForm(request.POST, way=way, app=_has_app(asked))
    if not form.is_valid():
        return _page(request, key, asked, form)
    try:
        recovery.confirm_reset(
            key=key,
            password=form.cleaned_data["password"],
            proof=_proof(request, asked, form.cleaned_data),
        )
    except LinkInvalid:
        raise
    except (FlowInvalid, MfaRequired):  # ran out, or a factor was added meanwhile
        refusal = MfaRequired(_("Prove again that it is you, and type the password."))
        return _page(request, key, _asked(request, key), None, refusal)
    except ServiceError as refusal:
        return _page(request, key, asked, form, refusal)
    request.session.pop(KEPT, None)
    messages.success(request, _("Your new password is set. Sign in with it."))
    return HttpResponseRedirect(reverse("account-login"))


def _asked(
    request: HttpRequest,
    key: str,
) -> dict[str, Any]:
    """Return the flow and the methods of the factor that this link asks for; or {}."""
    pending = recovery.ask_factor(key=key)
    request.session.pop(KEPT, None)
    if pending is None:
        return {}
    request.session[KEPT] = pending.extra
    return pending.extra


def _way(
    request: HttpRequest,
    asked: dict[str, Any],
) -> str:
    """Return how the factor is shown: by `CODE`, by `PASSKEY`, or "" for none."""
    ways = _ways(asked)
    chosen = request.POST.get("way", "")
    return chosen if chosen in ways else ways[0]


def _ways(asked: dict[str, Any]) -> list[str]:
    """Return the ways there are; a passkey first where there is no app."""
    if not asked:
        return [""]
    methods = {*asked["methods"]}
    ways = [PASSKEY] if PASSKEY in methods else []
    if TOTP in methods:
        return [CODE, *ways]
    return [*ways, CODE] if RECOVERY_CODE in methods else ways or [CODE]


def _has_app(asked: dict[str, Any]) -> bool:
    return not asked or TOTP in asked["methods"]


def _proof(
    request: HttpRequest,
    asked: dict[str, Any],
    given: dict[str, Any],
) -> recovery.Proof | None:
    if not asked:
        return None
    proof = {"flow_token": asked["flow_token"]}
    if "code" not in given:
        shown = passkeys.shown(request)
        return {**proof, "method": PASSKEY, "credential": shown}
    method = TOTP if len(given["code"]) <= _APP_CODE else RECOVERY_CODE
    return {**proof, "method": method, "code": given["code"]}


def _page(
    request: HttpRequest,
    key: str,
    asked: dict[str, Any],
    form: NewPasswordForm | None = None,
    refusal: ServiceError | None = None,
) -> HttpResponse:
    way, app = _way(request, asked), _has_app(asked)
    options = second_factor.options(asked["flow_token"]) if way == PASSKEY else None
    return draw(
        request,
        "reset-key",
        refusal,
        at={"": "code" if way == CODE else "password"},
        form=form or NewPasswordForm(initial={"key": key}, way=way, app=app),
        email=links.look(key, *links.PASSWORD).user.email,
        key=key,
        app=app,
        way=way,
        others=[name for name in _ways(asked) if name != way],
        options=options,
    )
