"""The set-up page: the first superuser chooses their own password, once."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from accounts.errors import SetupLinkRefused
from accounts.passwords import PolicyValidator
from accounts.services.setup import claim_setup_link, is_claimable
from config.errors import ServiceError

TEMPLATE = "account/setup.html"


class SetupForm(forms.Form):
    """An address and a password typed twice; the policy is the service's."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=128)
    email = forms.CharField(label="E-mail address", max_length=320)
    password = forms.CharField(label="Password", strip=False)
    again = forms.CharField(label="Password, once more", strip=False)

    @override
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        again = given.get("again")
        if again is not None and given.get("password") != again:
            self.add_error("again", "The two passwords are not the same.")
        return given

    def explain(self, refusal: ServiceError) -> None:
        """Show a service's refusal at the fields that it points at."""
        for fault in refusal.errors:
            field = fault.pointer.removeprefix("#/")
            self.add_error(field if field in self.fields else None, fault.detail)
        if not refusal.errors:
            self.add_error("email", refusal.detail)


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
            claim_setup_link(
                token=given["token"], email=given["email"], password=given["password"]
            )
        except SetupLinkRefused as refusal:
            return _page(request, None, refusal.status)
        except ServiceError as refusal:
            form.explain(refusal)
            return _page(request, form, refusal.status)
        return HttpResponseRedirect(reverse("admin:login"))
    return _page(request, form, 400)


def _page(
    request: HttpRequest,
    form: SetupForm | None,
    status: int,
) -> HttpResponse:
    shown = {"form": form, "policy": PolicyValidator().get_help_text()}
    return render(request, TEMPLATE, shown, status=status)
