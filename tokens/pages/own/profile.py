"""Who somebody is: their name, their language, and whether their address is proven."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.pages.forms import NameField, PageForm
from accounts.services.verification import send_verification
from config import languages
from tokens.pages.browser import signed_in
from tokens.pages.own.page import (
    DONE,
    form_page,
    person,
    posted,
    shown,
    standing,
    tried,
)


class ProfileForm(PageForm):
    """A name, and a language where there is a choice."""

    name = NameField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = languages.offered()
        known = [(tag, name) for tag, name in settings.LANGUAGES if tag in offered]
        if len(known) > 1:
            self.fields["language"] = forms.ChoiceField(
                label=_("Language"),
                help_text=_("Of these pages, and of the mails we send you."),
                choices=[("", _("The browser's language")), *known],
                required=False,
            )


@form_page
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Show somebody's profile; a POST changes it."""
    mine = person(request)
    form = _form(request, posted(request))
    status = tried(
        form,
        lambda given: services.change_profile(
            mine,
            name=given["name"],
            language=given.get("language"),
            acting_user=mine,
        ),
    )
    if status == DONE:
        messages.success(request, gettext("Your profile was saved."))
        return redirect("account-profile")
    return _page(request, form, status)


@require_POST
@signed_in
def verify(request: HttpRequest) -> HttpResponse:
    """Mail a link that proves the person's address, unless it is proven."""
    mine, asked = person(request), PageForm(request.POST)
    status = tried(asked, lambda given: send_verification(mine, acting_user=mine))
    if status == DONE:
        told = gettext("We mailed a link to %(email)s. Open it to verify the address.")
        messages.success(request, told % {"email": languages.isolated(mine.email)})
        return redirect("account-profile")
    return _page(request, _form(request), status, asked=asked)


def _form(
    request: HttpRequest,
    given: Any = None,
) -> ProfileForm:
    mine = person(request)
    return ProfileForm(given, initial={"name": mine.name, "language": mine.language})


def _page(
    request: HttpRequest,
    form: ProfileForm,
    status: int,
    **context: Any,
) -> HttpResponse:
    verified = standing(request).email_verified
    return shown(request, "profile", status, form=form, verified=verified, **context)
