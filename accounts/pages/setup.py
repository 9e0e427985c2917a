"""The set-up page: the first superuser chooses their own password, once."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from accounts.errors import SetupLinkRefused
from accounts.pages.forms import AddressField, PageForm, PasswordField
from accounts.services.setup import claim_setup_link, is_claimable
from config.errors import ServiceError

TEMPLATE = "account/setup.html"


class SetupForm(PageForm):
    """An address and a password typed twice; the policy is the service's."""

    focus = "email"
    token = forms.CharField(widget=forms.HiddenInput, max_length=128)
    email = AddressField()
    password = PasswordField(new=True)
    again = PasswordField(new=True, label=_("Password, once more"), help_text="")

    @override
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        again = given.get("again")
        if again is not None and given.get("password") != again:
            self.add_error("again", _("The two passwords are not the same."))
        return given


class NullOriginCsrf(CsrfViewMiddleware):
    """Django's check of the form token, for a page that sends no referrer.

    `Referrer-Policy: no-referrer` keeps the link out of every log, and makes browsers say
    `Origin: null`, which the stock check refuses before it looks at the token.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            return True
        return bool(super()._origin_verified(request))  # type: ignore[misc]


@sensitive_post_parameters("password", "again", "token")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def _setup(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        response = _claim(request)
    else:
        token = request.GET.get("token", "")
        valid = is_claimable(token)
        form = SetupForm(initial={"token": token}) if valid else None
        response = _page(request, form, 200 if valid else SetupLinkRefused.status)
    response["Referrer-Policy"] = "no-referrer"
    return response


# The stock check would run first and refuse `Origin: null`; ours runs in its place.
setup = csrf_exempt(decorator_from_middleware(NullOriginCsrf)(_setup))


def _claim(request: HttpRequest) -> HttpResponse:
    form = SetupForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = claim_setup_link(
                token=given["token"], email=given["email"], password=given["password"]
            )
        except SetupLinkRefused as refusal:
            return _page(request, None, refusal.status)
        except ServiceError as refusal:
            form.explain(refusal, at={"": "email"})
            return _page(request, form, refusal.status)
        go_on = import_string(settings.CONSOLE_SETUP)
        return HttpResponseRedirect(go_on(request, made))
    return _page(request, form, 400)


def _page(
    request: HttpRequest,
    form: SetupForm | None,
    status: int,
) -> HttpResponse:
    return render(request, TEMPLATE, {"form": form}, status=status)
