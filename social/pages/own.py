"""Somebody's connected accounts, on their account pages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import LastWayIn
from accounts.pages import sentences
from config.errors import NotFound
from config.languages import isolated
from social.models import Identity
from social.services import identities
from tokens.pages.browser import fresh
from tokens.pages.own.page import form_page, joined, person, shown, when


def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Return a row of the security page for each connected account."""
    return [_row(identity) for identity in identities.of_user(person(request))]


def _row(identity: Identity) -> dict[str, Any]:
    used = identity.last_used_at
    last = gettext("last used %(when)s") % {"when": when(used)} if used else ""
    return {
        "title": identity.connection.name,
        "detail": joined(identity.email or identity.name, last),
        "label": _("Disconnect"),
        "href": reverse("account-identity", args=[identity.pk]),
    }


@form_page
@fresh
def remove(
    request: HttpRequest,
    identity_id: UUID,
) -> HttpResponse:
    """Ask whether a connected account is to go; a POST disconnects it."""
    mine = {identity.pk: identity for identity in identities.of_user(person(request))}
    if identity_id not in mine:
        raise NotFound("There is no such connected account.")
    name = mine[identity_id].connection.name
    if request.method != "POST":
        return shown(request, "unlink", title=name)
    try:
        identities.unlink(person(request), identity_id)
    except LastWayIn as refusal:
        said = sentences.said(refusal)
        return shown(request, "unlink", refusal.status, title=name, refusal=said)
    told = gettext("“%(provider)s” was disconnected.")
    messages.success(request, told % {"provider": isolated(name)})
    return redirect("account-security")
