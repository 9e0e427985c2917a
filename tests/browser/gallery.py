"""A URL map with pages that show every part, and each error: only the tests have it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.errors import SetupLinkRefused
from accounts.pages.forms import (
    AddressField,
    CodeField,
    NameField,
    PageForm,
    PasswordField,
)
from config.errors import FieldError, InvalidInput, TooManyRequests, Unavailable
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as served

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PIXEL = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'%3E"
    "%3Cpath d='M0 0h1v1H0zM2 0h2v1H2zM1 1h1v2H1zM3 2h1v2H3zM0 3h1v1H0z'/%3E%3C/svg%3E"
)


class SignIn(PageForm):
    """The most usual page."""

    focus = "email"
    email = AddressField(autocomplete="username webauthn")
    password = PasswordField(new=False)


class Everything(PageForm):
    """A field of every kind."""

    email = AddressField(autocomplete="email")
    name = NameField(required=False)
    password = PasswordField(new=True)
    code = CodeField(help_text=_("Six digits, from your authenticator."))
    language = forms.ChoiceField(choices=[("en", "English"), ("ar", "العربية")])
    kind = forms.ChoiceField(
        choices=[("a", "An app"), ("k", "A key")], widget=forms.RadioSelect
    )
    remember = forms.BooleanField(label="Trust this device", required=False)


SIGN_IN = """{% extends "account/base.html" %}{% load i18n %}
{% block title %}{% translate "Sign in" %}{% endblock %}
{% block content %}
  <h1>{% translate "Sign in" %}</h1>
  <form method="post" novalidate>
    {% csrf_token %}{{ form }}
    <p><a href="/account/gallery/all/">Forgot your password?</a></p>
    {% include "account/parts/buttons.html" with submit=_("Sign in") %}
  </form>
  <p class="or">or</p>
  {% include "account/parts/passkey.html" with kind="get" label="Use a passkey" action="/account/gallery/passkey/" %}
{% endblock %}
{% block aside %}<p>New here? <a href="/account/gallery/all/">Create an account</a></p>{% endblock %}
"""
ALL = """{% extends "account/own.html" %}{% load i18n %}
{% block title %}Everything{% endblock %}
{% block navigation %}<nav aria-label="Your account"><ul>
  {% include "account/parts/way.html" with name="gallery" label="Everything" %}
  {% include "account/parts/way.html" with name="sign-in" label="Sign in" %}
  {% include "account/parts/way.html" with name="admin:index" label="Console" %}
  {% include "account/parts/way.html" with name="nowhere" label="Left out" %}
</ul></nav>{% endblock %}
{% block content %}
  <h1>{% translate "Security" %}</h1>
  <p>How you prove that it is you.</p>
  {% include "account/parts/notice.html" with kind="success" text="The passkey was added." %}
  {% include "account/parts/notice.html" with kind="warning" text="Two recovery codes are left." %}
  {% include "account/parts/notice.html" with kind="error" text="This link was used." %}
  {% include "account/parts/notice.html" with text="You are signed in on three devices." %}
  <form method="post" novalidate>
    {% csrf_token %}{{ form }}
    {% include "account/parts/buttons.html" with submit=_("Save") back="/account/gallery/" %}
  </form>
  <h2>Sessions</h2>
  {% include "account/parts/rows.html" %}
  {% include "account/parts/rows.html" with rows=nothing empty="No passkey yet." %}
  <h2>Recovery codes</h2>
  {% include "account/parts/codes.html" %}
  <h2>Authenticator</h2>
  {% include "account/parts/qr.html" with secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP" %}
  {% include "account/parts/passkey.html" with kind="create" label="Add a passkey" action="/account/gallery/passkey/" %}
  <h2>Close the account</h2>
  <form method="post" novalidate>
    {% csrf_token %}
    {% include "account/parts/buttons.html" with submit="Delete my account" danger=True %}
  </form>
{% endblock %}
"""
GIVEN = """{% extends "account/base.html" %}{% block title %}Given{% endblock %}
{% block content %}<h1>Given</h1><pre id="given">{{ given }}</pre>{% endblock %}"""

_CHALLENGE = "AAECAwQFBgcICQoLDA0ODw"
GET = {"publicKey": {"challenge": _CHALLENGE, "rpId": "localhost", "timeout": 5000}}
CREATE = {
    "challenge": _CHALLENGE,
    "rp": {"id": "localhost", "name": "</script><b>Gallery"},
    "user": {"id": "_-8", "name": "ada", "displayName": "Ada"},
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    "authenticatorSelection": {"residentKey": "required"},
}
ROWS = [
    {
        "title": "Firefox on Linux",
        "detail": "Berlin, 2026-11-25 13:05",
        "badge": "This device",
    },
    {
        "title": "Safari on a telephone with quite a long name that has to be wrapped",
        "detail": "2026-11-20 08:00",
        "label": "Sign out",
        "action": "/account/gallery/all/",
        "name": "session",
        "value": "1",
        "danger": True,
    },
    {"title": "Authenticator", "label": "Change", "href": "/account/gallery/"},
]


def _drawn(
    request: HttpRequest,
    text: str,
    **shown: Any,
) -> HttpResponse:
    page = engines["django"].from_string(text)
    return HttpResponse(page.render(shown, request))


def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in; any password is wrong, and a third try too many."""
    form = SignIn(request.POST or None)
    if form.is_valid():
        wrong = InvalidInput("The address or the password is wrong.")
        limited = TooManyRequests(retry_after=600)
        form.explain(limited if "limit" in form.cleaned_data["email"] else wrong)
    return _drawn(request, SIGN_IN, form=form, options=GET)


def everything(request: HttpRequest) -> HttpResponse:
    """Show every part; what is sent is refused at each field."""
    form = Everything(request.POST or None)
    if form.is_valid():
        faults = [FieldError(f"#/{n}", "invalid", "Not this.") for n in form.fields]
        form.explain(InvalidInput(errors=faults))
    codes = [f"{n:04x}-{n * 7919 % 65536:04x}" for n in range(4097, 65536, 6553)]
    shown = {"rows": ROWS, "codes": codes, "qr": PIXEL, "options": CREATE}
    return _drawn(request, ALL, form=form, **shown)


def passkey(request: HttpRequest) -> HttpResponse:
    """Show what a passkey's form sent."""
    return _drawn(request, GIVEN, given=request.POST.get("credential", ""))


def conditional(request: HttpRequest) -> HttpResponse:
    """Show the sign-in that offers passkeys in its address field."""
    return _drawn(request, SIGN_IN, form=SignIn(), options=GET, conditional=True)


def fail(
    request: HttpRequest,
    status: int,
) -> HttpResponse:
    """Fail as a view can."""
    raise {
        400: SuspiciousOperation(),
        403: PermissionDenied(),
        410: SetupLinkRefused(),
        429: TooManyRequests(retry_after=600),
        500: RuntimeError(),
        503: Unavailable(),
    }[status]


urlpatterns = [
    path("account/gallery/", sign_in, name="sign-in"),
    path("account/gallery/all/", everything, name="gallery"),
    path("account/gallery/passkey/", passkey),
    path("account/gallery/conditional/", conditional),
    path("account/gallery/fail/<int:status>/", fail),
    *served,
]
