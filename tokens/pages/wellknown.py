"""Where password managers and browsers look for pages of an account."""

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_safe

from accounts.flows import webauthn


def _way(
    name: str,
    otherwise: str,
) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return otherwise


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead to the page where a password is changed (W3C "change password URL")."""
    return HttpResponseRedirect(_way("account-password", "/account/password/change/"))


@require_safe
def passkey_endpoints(request: HttpRequest) -> HttpResponse:
    """Tell where passkeys are made and managed (W3C "passkey endpoints"); else 404."""
    if not webauthn.is_possible():
        raise Http404
    page = settings.ISSUER + _way("account-security", "/account/security/")
    return JsonResponse({"enroll": page, "manage": page})


urlpatterns = [
    path(".well-known/change-password", change_password, name="change-password"),
    path(".well-known/passkey-endpoints", passkey_endpoints, name="passkey-endpoints"),
]
