"""A person's second factors: which there are, what they are called, and their end."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import services
from accounts.flows import factors
from accounts.flows.factors import Factor
from accounts.flows.second_factor import PASSKEY, RECOVERY_CODE
from accounts.pages.forms import NameField, PageForm
from config.errors import NotFound
from config.languages import isolated
from tokens.pages import doors
from tokens.pages.browser import fresh, signed_in
from tokens.pages.doors import Aim
from tokens.pages.own.page import (
    DONE,
    form_page,
    joined,
    person,
    posted,
    shown,
    tried,
    when,
)

FEW = 3


class NamingForm(PageForm):
    """What a passkey is called."""

    focus = "name"
    name = NameField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


@require_safe
@signed_in
def security(request: HttpRequest) -> HttpResponse:
    """List somebody's factors, and say how many recovery codes are left."""
    mine = factors.factors_of(person(request))
    codes = [f.codes_left or 0 for f in mine if f.method == RECOVERY_CODE]
    left = sum(codes)
    rows = list(_rows(mine))
    return shown(
        request,
        "security",
        rows=rows,
        left=left,
        few=left <= FEW,
        linked=doors.linked(request),
        offers=doors.offered(request, Aim.LINK),
    )


@form_page
@fresh
def passkey(
    request: HttpRequest,
    factor_id: UUID,
) -> HttpResponse:
    """Show a passkey; a POST names it. Somebody else's is not found."""
    mine = person(request)
    found = _own(request, factor_id)
    if found.method != PASSKEY:
        raise NotFound("Only a passkey has a name.")
    form = NamingForm(posted(request), initial={"name": found.name})
    status = tried(
        form,
        lambda given: services.rename_factor(mine, factor_id, name=given["name"]),
    )
    if status == DONE:
        messages.success(request, gettext("The passkey was renamed."))
        return redirect("account-security")
    return shown(request, "passkey", status, form=form, factor=found)


@form_page
@fresh
def remove(
    request: HttpRequest,
    factor_id: UUID,
) -> HttpResponse:
    """Ask whether a factor is to go; a POST removes it."""
    found = _own(request, factor_id)
    if request.method == "POST":
        services.remove_factor(person(request), factor_id)
        told = gettext("“%(factor)s” was removed.")
        messages.success(request, told % {"factor": isolated(title(found))})
        return redirect("account-security")
    others = [row for row in _others(request) if row.id != factor_id]
    return shown(request, "remove", title=title(found), last=not others)


def title(factor: Factor) -> str:
    """Return what a factor is called."""
    if factor.method == PASSKEY:
        return factor.name or gettext("Passkey")
    return gettext("Authenticator app")


def _others(request: HttpRequest) -> list[Factor]:
    """Return the factors that are somebody's own; recovery codes only stand in."""
    mine = factors.factors_of(person(request))
    return [factor for factor in mine if factor.method != RECOVERY_CODE]


def _own(
    request: HttpRequest,
    factor_id: UUID,
) -> Factor:
    for factor in _others(request):
        if factor.id == factor_id:
            return factor
    raise NotFound("There is no such factor.")


def _rows(mine: Iterable[Factor]) -> Iterable[dict[str, Any]]:
    for factor in mine:
        if factor.method == RECOVERY_CODE:
            continue
        is_passkey = factor.method == PASSKEY
        name = "account-factor" if is_passkey else "account-factor-remove"
        yield {
            "title": title(factor),
            "badge": _("Passkey") if is_passkey and factor.name else "",
            "detail": _since(factor),
            "label": _("Change") if is_passkey else _("Remove"),
            "href": reverse(name, args=[factor.id]),
        }


def _since(factor: Factor) -> str:
    added = gettext("Added %(when)s") % {"when": when(factor.created_at)}
    if factor.last_used_at is None:
        return added
    used = gettext("last used %(when)s") % {"when": when(factor.last_used_at)}
    return joined(added, used)
