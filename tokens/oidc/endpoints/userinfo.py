"""The UserInfo endpoint (OpenID Connect Core section 5.3), opened by a Bearer token."""

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from config.errors import Forbidden, NotAuthenticated, ServiceError
from tokens.oidc.endpoints.machine import HEADERS, answered, counted, refused, told
from tokens.oidc.errors import plain
from tokens.oidc.requests import FORM, parsed
from tokens.oidc.services import userinfo as service

JWT = "application/jwt"
_TOKEN = "access_token"


@csrf_exempt
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def userinfo(request: HttpRequest) -> HttpResponse:
    """Tell about the person whose access token stands in the Authorization header."""
    try:
        found = service.about(_bearer(request))
    except OAuth2Error as refusal:
        return refused(refusal)
    except ServiceError as refusal:
        return _refused(refusal)
    if request.get_preferred_type(["application/json", JWT]) == JWT:
        return HttpResponse(found.signed, content_type=JWT, headers=HEADERS)
    return answered(found.claims)


def _bearer(request: HttpRequest) -> str:
    """Return the token of the one place where it may stand (RFC 6750 sections 2, 5.3).

    Raises `InvalidRequestError`, `NotAuthenticated`.
    """
    if _TOKEN in request.GET or _TOKEN in _form(request):
        raise InvalidRequestError("The token belongs into the Authorization header.")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated
    return token.strip()


def _form(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST" or request.content_type != FORM:
        return {}
    return parsed(request.body)


def _refused(refusal: ServiceError) -> HttpResponse:
    """Return an error; who showed no token is asked for one, and not counted."""
    shown = refusal.code != NotAuthenticated.code
    answer = counted(refusal) if shown else refusal
    if isinstance(answer, NotAuthenticated | Forbidden):
        return _challenged(answer)
    return told(answer)


def _challenged(refusal: NotAuthenticated | Forbidden) -> HttpResponse:
    """Return an error with its challenge; without a token there is no error (section 3.1)."""
    said: dict[str, str] = {}
    if refusal.code != NotAuthenticated.code:
        error = "invalid_token" if refusal.status == 401 else refusal.code
        description = plain(refusal.detail)
        said = {"error": error, "error_description": description, **refusal.extra}
    response = answered(dict(said), status=refusal.status)
    challenge = ", ".join(f'{name}="{value}"' for name, value in said.items())
    response["WWW-Authenticate"] = f"Bearer {challenge}".strip()
    response.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
    return response
