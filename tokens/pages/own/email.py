"""Another address: nothing changes before the link that is mailed to it is used."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.pages.forms import AddressField, PageForm
from accounts.services.email import request_change
from config.languages import isolated
from tokens.pages.browser import fresh
from tokens.pages.own.page import DONE, form_page, person, posted, shown, tried


class EmailForm(PageForm):
    """The new address."""

    email = AddressField(autocomplete="email", label=_("New e-mail address"))


@form_page
@fresh
def email(request: HttpRequest) -> HttpResponse:
    """Show the address; a POST mails a link to another one."""
    mine = person(request)
    form = EmailForm(posted(request))
    status = tried(
        form,
        lambda given: request_change(mine, email=given["email"], acting_user=mine),
    )
    if status == DONE:
        told = gettext("We mailed a link to %(email)s. Open it to use that address.")
        address = isolated(form.cleaned_data["email"])
        messages.success(request, told % {"email": address})
        return redirect("account-email")
    return shown(request, "email", status, form=form)
