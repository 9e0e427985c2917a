"""Where a person lets a device sign in: its code first, then what it is (RFC 8628 3.3).

A code, also one that a link filled in, only leads to the page that asks. Which requests a
person was shown is kept in their browser's session, and only about those they decide.
"""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.pages import sentences
from accounts.pages.forms import PageForm
from accounts.services.devices import device_name
from config.brand import page_context
from config.errors import ServiceError, TooManyRequests
from tenants import admission
from tokens.oidc import decisions, scopes
from tokens.oidc.decisions import Step
from tokens.oidc.models import DeviceCode
from tokens.oidc.pages.consent import links_of
from tokens.oidc.pages.fields import UserCodeField
from tokens.oidc.services import devices
from tokens.pages import browser, steps
from tokens.pages.drawing import served
from tokens.pages.own.page import joined, when
from tokens.standing import Standing

NAME, CODE, SHOWN = "device", "user_code", "devices"
MOST = 8  # tabs that one browser has open at once
WAYS = {
    Step.VERIFY: "account-verify-first",
    Step.PROVE: "account-reauthenticate",
    Step.ENROL: "account-enrol",
}


class UserCodeForm(PageForm):
    """The code that a device shows."""

    focus = CODE
    user_code = UserCodeField(label=gettext_lazy("Code on your device"))


@served
def device(request: HttpRequest) -> HttpResponse:
    """Take a device's code, show what asks, and take the decision of who saw it."""
    present = browser.standing_of(request)
    if present is None:
        here = request.get_full_path() if request.method != "POST" else devices.PATH
        return HttpResponseRedirect(steps.here("account-login", here))
    if NAME not in request.GET:
        return _typed(request, User.objects.get(pk=present.user_id))
    row = _shown(request, present)
    if row is None:
        return _drawn(request, "device-over")
    if request.method == "POST":
        return _decided(request, row, present)
    return _asked(request, row, present)


def _typed(
    request: HttpRequest,
    person: User,
) -> HttpResponse:
    """Ask for the code; the right one leads on."""
    begun = {CODE: devices.shown(request.GET.get(CODE, ""))}
    form, refusal = UserCodeForm(request.POST or None, initial=begun), None
    if form.is_valid():
        try:
            row = devices.look(form.cleaned_data[CODE], user=person)
            if row is not None:
                return _led(request, row, person)
            form.add_error(CODE, _("This code is wrong, or its time is over."))
        except TooManyRequests as limit:
            form.explain(limit)
            refusal = limit
    shown = {"form": form, "person": person, "filled": begun[CODE]}
    response = _drawn(request, "device", **shown)
    response.status_code = 400 if form.errors else 200
    return _refused(response, refusal) if refusal else response


def _led(
    request: HttpRequest,
    row: DeviceCode,
    person: User,
) -> HttpResponse:
    """Lead to the page of a request, unless its application does not take the person."""
    path = _keep(request, row, person)
    try:
        admission.admit(row.application, person.pk)
    except ServiceError as refusal:
        return _not_admitted(request, row, person, refusal)
    return HttpResponseRedirect(path)


def _asked(
    request: HttpRequest,
    row: DeviceCode,
    present: Standing,
) -> HttpResponse:
    """Show what asks, once the person has shown what its application wants of them."""
    missing = decisions.proof_step(row.application, present)
    if missing is not None:
        onward = steps.here(WAYS[missing], _path(row))
        return HttpResponseRedirect(onward)
    told = [when(row.created_at), row.ip or ""]
    if row.user_agent:
        told.append(device_name(row.user_agent))
    return _about(
        request,
        "device-consent",
        row,
        person=User.objects.get(pk=present.user_id),
        scopes=scopes.described(row.scope.split(), row.api),
        links=links_of(row.application),
        came=joined(*told),
        remembered=not row.application.is_first_party,
    )


def _decided(
    request: HttpRequest,
    row: DeviceCode,
    present: Standing,
) -> HttpResponse:
    decision = request.POST.get("decision")
    if decision == "switch":
        browser.leave(request)
        onward = steps.here("account-login", devices.PATH)
        return HttpResponseRedirect(onward)
    person = User.objects.get(pk=present.user_id)
    if decision == "deny":
        done = devices.deny(row, acting_user=person)
        return _ended(request, row, done, allowed=False)
    if decision != "allow" or decisions.proof_step(row.application, present):
        return HttpResponseRedirect(_path(row))
    try:
        admission.admit(row.application, person.pk)
    except ServiceError as refusal:
        return _not_admitted(request, row, person, refusal)
    done = devices.approve(row, present)
    return _ended(request, row, done, allowed=True)


def _ended(
    request: HttpRequest,
    row: DeviceCode,
    done: bool,
    *,
    allowed: bool,
) -> HttpResponse:
    _forget(request, row)
    if not done:
        return _drawn(request, "device-over")
    return _about(request, "device-done", row, allowed=allowed)


def _not_admitted(
    request: HttpRequest,
    row: DeviceCode,
    person: User,
    refusal: ServiceError,
) -> HttpResponse:
    told = sentences.said(refusal)
    response = _about(request, "refused", row, person=person, told=told)
    return _refused(response, refusal)


def _about(
    request: HttpRequest,
    name: str,
    row: DeviceCode,
    **shown: object,
) -> HttpResponse:
    """Draw a page about a request: it looks like its application's tenant."""
    brand = page_context(row.application.tenant_id)
    told = {**brand, "visited": row.application.name, "action": _path(row), **shown}
    return _drawn(request, name, **told)


def _drawn(
    request: HttpRequest,
    name: str,
    **shown: object,
) -> HttpResponse:
    return render(request, f"oauth/{name}.html", shown)


def _refused(
    response: HttpResponse,
    refusal: ServiceError,
) -> HttpResponse:
    response.status_code = refusal.status
    response.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _path(row: DeviceCode) -> str:
    return f"{reverse('oauth-device')}?{urlencode({NAME: str(row.pk)})}"


def _keep(
    request: HttpRequest,
    row: DeviceCode,
    person: User,
) -> str:
    """Keep that a person is shown a request; return where. The oldest of too many goes."""
    others = {k: v for k, v in _kept(request).items() if k != str(row.pk)}
    newest = list(others.items())[-(MOST - 1) :]
    request.session[SHOWN] = dict([*newest, (str(row.pk), str(person.pk))])
    return _path(row)


def _forget(
    request: HttpRequest,
    row: DeviceCode,
) -> None:
    kept = _kept(request).items()
    request.session[SHOWN] = {k: v for k, v in kept if k != str(row.pk)}


def _shown(
    request: HttpRequest,
    present: Standing,
) -> DeviceCode | None:
    """Return the request that a page is about, if this person saw it and it is open."""
    device_id = request.GET[NAME]
    if _kept(request).get(device_id) != str(present.user_id):
        return None
    return devices.waiting(UUID(device_id))


def _kept(request: HttpRequest) -> Mapping[str, str]:
    found = request.session.get(SHOWN)
    return found if isinstance(found, dict) else {}
