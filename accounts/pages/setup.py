"""The set-up page: the first superuser chooses their own password, once."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import SetupLinkRefused
from accounts.pages.forms import AddressField, PageForm, PasswordField
from accounts.pages.links import secret_link
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


@secret_link
def setup(request: HttpRequest) -> HttpResponse:
    """Show who opens a good link the form, and claim the link with what it holds."""
    if request.method == "POST":
        return _claim(request)
    token = request.GET.get("token", "")
    valid = is_claimable(token)
    form = SetupForm(initial={"token": token}) if valid else None
    return _page(request, form, 200 if valid else SetupLinkRefused.status)


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
