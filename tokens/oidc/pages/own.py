"""What somebody lets applications have, in their account, and how they take it back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from config.languages import isolated
from tenants.models import Api
from tokens.oidc import scopes
from tokens.oidc.models import Consent
from tokens.oidc.services import consents
from tokens.pages.browser import signed_in
from tokens.pages.own.page import newest, person, shown, when


@require_safe
@signed_in
def applications(request: HttpRequest) -> HttpResponse:
    """List the consents that somebody gave, newest first."""
    mine = Consent.objects.filter(user=person(request)).select_related("application")
    found, more = newest(request, mine, "id")
    apis = _apis(found)
    rows = [_row(consent, apis.get(consent.audience)) for consent in found]
    return shown(request, "applications", rows=rows, more=more)


def _apis(found: Iterable[Consent]) -> dict[str, Api]:
    wanted = {consent.audience for consent in found}
    return {api.identifier: api for api in Api.objects.filter(identifier__in=wanted)}


def _row(
    consent: Consent,
    api: Api | None,
) -> dict[str, Any]:
    told = scopes.described(consent.scope.split(), api)
    moment = gettext("allowed on %(when)s") % {"when": when(consent.changed_at)}
    return {
        "id": consent.pk,
        "title": consent.application.name,
        "lines": [scope.sentence for scope in told],
        "when": moment,
    }


@require_POST
@signed_in
def revoke(
    request: HttpRequest,
    consent_id: UUID,
) -> HttpResponse:
    """Take a consent back; somebody else's is not found."""
    consent = consents.own(person(request), consent_id=consent_id)
    consents.revoke(consent, acting_user=person(request))
    told = gettext("%(application)s has no access to your account any more.")
    name = isolated(consent.application.name)
    messages.success(request, told % {"application": name})
    return redirect("account-applications")


urlpatterns = [
    path("applications/", applications, name="account-applications"),
    path(
        "applications/<uuid:consent_id>/revoke/",
        revoke,
        name="account-consent-revoke",
    ),
]
