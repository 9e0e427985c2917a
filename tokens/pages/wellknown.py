"""Where password managers and browsers look for pages of an account."""

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from accounts.flows import webauthn


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead to the page where a password is changed (W3C "change password URL")."""
    return HttpResponseRedirect(reverse("account-password"))


@require_safe
def passkey_endpoints(request: HttpRequest) -> HttpResponse:
    """Tell where passkeys are made and managed (W3C "passkey endpoints"); else 404."""
    if not webauthn.is_possible():
        raise Http404
    ways = {"enroll": "account-enrol-passkey", "manage": "account-security"}
    return JsonResponse({k: settings.ISSUER + reverse(v) for k, v in ways.items()})


urlpatterns = [
    path(".well-known/change-password", change_password, name="change-password"),
    path(".well-known/passkey-endpoints", passkey_endpoints, name="passkey-endpoints"),
]
