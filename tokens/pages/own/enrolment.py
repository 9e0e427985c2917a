"""A further factor is set up: which, then its secret or challenge, then its proof.

The flow, and the secret that was given out, wait in the browser's session, never in a URL
or a form. `next` goes along to where somebody was sent here from, such as the console.
"""

import json
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts import flows
from accounts.errors import FlowInvalid
from accounts.flows import Purpose, Waiting, enrolment, factors, webauthn
from accounts.flows.enrolment import FactorExists
from accounts.flows.second_factor import PASSKEY, TOTP
from accounts.pages import sentences
from accounts.pages.forms import CodeField, PageForm
from accounts.services.devices import device_name
from config import context
from tokens.pages import browser
from tokens.pages.browser import Page, fresh
from tokens.pages.own.page import (
    DONE,
    form_page,
    person,
    posted,
    shown,
    tried,
    way,
)
from tokens.services import renewal, second_factor
from tokens.services.second_factor import Proof

CODES = "recovery_codes"
_MOST_CHARACTERS = 64 * 1024


class AppForm(PageForm):
    """The first code of an app."""

    code = CodeField(help_text=_("Six digits, which the app shows for the new entry."))


class PasskeyForm(PageForm):
    """A browser's answer, as JSON."""

    credential = forms.CharField(
        widget=forms.HiddenInput, max_length=_MOST_CHARACTERS, label=_("Passkey")
    )


def _restarting(page: Page) -> Page:
    """Have somebody begin again whose enrolment ended before its proof came."""

    @wraps(page)
    def gate(request: HttpRequest) -> HttpResponse:
        try:
            return page(request)
        except FlowInvalid:
            if request.method != "POST":
                raise
            messages.warning(request, gettext("That took too long. Please start anew."))
            return HttpResponseRedirect(request.get_full_path())
        except FactorExists as refusal:
            messages.warning(request, sentences.said(refusal))
            return HttpResponseRedirect(reverse("account-security"))

    return gate


@require_safe
@fresh
def choose(request: HttpRequest) -> HttpResponse:
    """Let somebody choose what to add."""
    mine = factors.factors_of(person(request))
    has_app = any(factor.method == TOTP for factor in mine)
    return shown(
        request,
        "enrol",
        for_console=browser.next_of(request).startswith(reverse("admin:index")),
        app="" if has_app else way(request, "account-enrol-app"),
        passkey=_way_to_passkey(request),
        back=reverse(
            "account-security"
        ),  # where `next` asks for a factor, it would loop
    )


def _way_to_passkey(request: HttpRequest) -> str:
    return way(request, "account-enrol-passkey") if webauthn.is_possible() else ""


@sensitive_post_parameters("code")
@form_page
@fresh
@_restarting
def app(request: HttpRequest) -> HttpResponse:
    """Give out a secret as a picture; a POST proves that an app has it."""
    if CODES in request.session and posted(request) is None:
        return HttpResponseRedirect(way(request, "account-recovery-codes"))
    form = AppForm(posted(request))
    at = {"": "code"}
    status = tried(form, lambda given: _add(request, Proof(TOTP, **given)), at)
    if status == DONE:
        return _onward(request, gettext("The authenticator app was added."))
    secret, uri = _secret(request)
    return shown(
        request,
        "enrol-app",
        status,
        form=form,
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        qr=enrolment.picture(uri),
        back=way(request, "account-enrol"),
    )


@form_page
@fresh
@_restarting
def passkey(request: HttpRequest) -> HttpResponse:
    """Give out a challenge; a POST brings the passkey that was made with it.

    It is called after the browser, until its owner names it.
    """
    form = PasskeyForm(posted(request))
    status = tried(form, lambda given: _add(request, _passkey(given["credential"])))
    if status == DONE:
        return _onward(request, gettext("The passkey was added."))
    return shown(
        request,
        "enrol-passkey",
        status,
        form=form,
        options=enrolment.passkey_options(_begun(request, PASSKEY)),
        other=way(request, "account-enrol"),
    )


def _passkey(text: str) -> Proof:
    try:
        credential = json.loads(text)
    except (ValueError, RecursionError):
        credential = None
    name = device_name(context.current().user_agent)
    return Proof(PASSKEY, credential=credential, name=name)


def _add(
    request: HttpRequest,
    proof: Proof,
) -> None:
    flow = _waiting(request, proof.method)
    proven, enrolled = second_factor.add(flow, proof)
    renewal.upgrade(browser.session_of(request), amr=proven.amr)
    request.session.pop(_kept(proof.method), None)
    if enrolled.recovery_codes:
        request.session[CODES] = list(enrolled.recovery_codes)


def _onward(
    request: HttpRequest,
    told: str,
) -> HttpResponseRedirect:
    """Go on: to the recovery codes that came with a first factor, or to `next`."""
    messages.success(request, told)
    if CODES in request.session:
        return HttpResponseRedirect(way(request, "account-recovery-codes"))
    wanted = browser.next_of(request)
    return HttpResponseRedirect(wanted or reverse("account-security"))


def _secret(request: HttpRequest) -> tuple[str, str]:
    """Return the secret and the URI of the enrolment: the same until it ends."""
    flow = _begun(request, TOTP)
    kept: dict[str, Any] = request.session[_kept(TOTP)]
    if "secret" not in kept:
        secret, uri = enrolment.totp_secret(flow)
        kept = {**kept, "secret": secret, "uri": uri}
        request.session[_kept(TOTP)] = kept
    return kept["secret"], kept["uri"]


def _begun(
    request: HttpRequest,
    method: str,
) -> Waiting:
    """Return the browser's enrolment of a factor, begun unless one waits."""
    try:
        return _waiting(request, method)
    except FlowInvalid:
        token = enrolment.begin(person(request))
        request.session[_kept(method)] = {"flow_token": token}
        return flows.waiting(token, Purpose.ADDITION)


def _waiting(
    request: HttpRequest,
    method: str,
) -> Waiting:
    """Return the browser's enrolment of a factor; raises `FlowInvalid` without one."""
    kept = request.session.get(_kept(method))
    if kept is None:
        raise FlowInvalid
    flow = enrolment.waiting(kept["flow_token"], Purpose.ADDITION)
    if flow.user_id != person(request).pk:
        raise FlowInvalid
    return flow


def _kept(method: str) -> str:
    return f"enrolling_{method}"
