"""The pages of the shop (`tests.e2e.oidc.shop`): who is there, and a button to leave."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    """Say who is there, with a button to sign out."""
    who = request.user.email if request.user.is_authenticated else "nobody"
    token = get_token(request)
    return HttpResponse(
        f"<p>Here is {who}.</p><form method=post action=/oidc/logout/>"
        f"<input name=csrfmiddlewaretoken value={token}><button>Leave</button></form>"
    )


def leave(request: HttpRequest) -> str:
    """Return where to sign out at the service too."""
    hint = request.session["oidc_id_token"]
    back = request.build_absolute_uri("/")
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": back})
    there: str = getattr(settings, "OIDC_OP_LOGOUT_ENDPOINT", "")
    return f"{there}?{query}"


urlpatterns = [path("", home), path("oidc/", include("mozilla_django_oidc.urls"))]
