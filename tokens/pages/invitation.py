"""The page of a mailed invitation: a new account, or the one that the invited has."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import LinkInvalid
from accounts.models import User
from accounts.pages.forms import NameField, PageForm, PasswordField
from accounts.pages.links import secret_link
from config.brand import page_context
from config.errors import ServiceError
from tenants.models import Invitation
from tenants.services import acceptance
from tokens.pages import browser, steps
from tokens.pages.drawing import draw, gone, key_of
from tokens.pages.steps import Step
from tokens.services import entrances, sign_in

NAME = "account-invitation"


class NewAccountForm(PageForm):
    """What an account begins with; the link has its address."""

    focus = "name"
    name = NameField(required=False)
    password = PasswordField(new=True)


@secret_link
def invitation(request: HttpRequest) -> HttpResponse:
    """Say who invites, and let the invited accept: as a new account, or signed in.

    Who signs in first comes back: the key waits in the browser's session.
    """
    key = key_of(request) or request.session.get(steps.INVITATION, "")
    try:
        found = acceptance.look(key)
        present = browser.standing_of(request)
        if present is not None:
            person = User.objects.get(pk=present.user_id)
            return _as_member(request, found, key, person)
        if "sign-in" in request.POST:
            request.session[steps.INVITATION] = key
            steps.expire_soon(request)
            return HttpResponseRedirect(steps.here("account-login", reverse(NAME)))
        return _as_new(request, found, key)
    except LinkInvalid as refusal:
        request.session.pop(steps.INVITATION, None)
        return gone(request, refusal)


def _as_member(
    request: HttpRequest,
    found: Invitation,
    key: str,
    person: User,
) -> HttpResponse:
    """Let somebody signed in accept, who becomes a member."""
    refusal, done = None, False
    if request.method == "POST":
        try:
            acceptance.accept_as(key, acting_user=person)
            request.session.pop(steps.INVITATION, None)
            done = True
        except LinkInvalid:
            raise
        except ServiceError as error:
            refusal = error
    return draw(
        request,
        "invitation",
        refusal,
        invitation=found,
        key=key,
        person=person,
        done=done,
        **page_context(found.tenant_id),
    )


def _as_new(
    request: HttpRequest,
    found: Invitation,
    key: str,
) -> HttpResponse:
    form, refusal = NewAccountForm(request.POST or None), None
    if form.is_valid():
        given = sign_in.Credentials(found.email, **form.cleaned_data)
        try:
            acceptance.accept(key, password=given.password, name=given.name)
            return _entered(request, given)
        except LinkInvalid:
            raise
        except ServiceError as error:
            refusal = error
    return draw(
        request,
        "invitation",
        refusal,
        form=form,
        invitation=found,
        key=key,
        **page_context(found.tenant_id),
    )


def _entered(
    request: HttpRequest,
    given: sign_in.Credentials,
) -> HttpResponse:
    """Sign the new person in, with the password that they chose a moment ago."""
    request.session.pop(steps.INVITATION, None)
    try:
        outcome = sign_in.enter_by_password(given, entrances.hosted())
    except ServiceError:  # the account is there, whatever keeps them out just now
        messages.success(request, _("Your account is ready. Sign in."))
        return HttpResponseRedirect(reverse("account-login"))
    return steps.proceed(request, outcome, Step(email=given.email))
