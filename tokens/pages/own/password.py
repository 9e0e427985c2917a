"""A new password, for somebody who knows the old one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import flows, services
from accounts.pages.forms import PageForm, PasswordField
from tokens.pages import browser
from tokens.pages.browser import fresh, signed_in
from tokens.pages.own.page import (
    DONE,
    form_page,
    person,
    posted,
    shown,
    standing,
    tried,
)


class PasswordForm(PageForm):
    """The old one and the new one."""

    current_password = PasswordField(new=False, label=_("Current password"))
    new_password = PasswordField(new=True, label=_("New password"))


@sensitive_post_parameters("current_password", "new_password")
@form_page
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: this browser stays signed in, everything else ends.

    Who has a second factor has to have shown it lately, as over REST. Somebody without a
    password is told how to get one.
    """
    guarded = flows.has_factor(person(request).pk)
    return (fresh(_page) if guarded else _page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    if not person(request).has_usable_password():
        status = 200 if posted(request) is None else 409
        return shown(request, "password", status)
    form = PasswordForm(posted(request))
    at = {"": "current_password"}
    status = tried(form, lambda given: _change(request, given), at)
    if status == DONE:
        told = gettext("Your password was changed, and all other devices signed out.")
        messages.success(request, told)
        return redirect("account-password")
    return shown(request, "password", status, form=form)


def _change(
    request: HttpRequest,
    given: dict[str, Any],
) -> None:
    mine = person(request)
    epoch = flows.reauthenticate(user=mine, password=given["current_password"])
    services.change_password(
        mine,
        new_password=given["new_password"],
        keep_login=standing(request).login_id,
        acting_user=mine,
        epoch=epoch,
    )
    browser.stay(request)
