"""How an endpoint for machines is served: POST, errors in RFC 6749's words, nothing kept."""

from collections.abc import Callable
from functools import wraps

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import limits, lockouts
from config.errors import NotAuthenticated, ServiceError, TooManyRequests
from tokens.oidc.errors import translated
from tokens.oidc.requests import Request, posted

HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Endpoint = Callable[[Request], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]


def endpoint(serve: Endpoint) -> View:
    """Serve a form that a client POSTs; refusals are answered, bad tokens counted."""

    @require_http_methods(["POST"])
    @sensitive_post_parameters()
    @wraps(serve)
    def view(request: HttpRequest) -> HttpResponse:
        return served(serve, lambda: posted(request))

    return csrf_exempt(view)


def served(
    serve: Endpoint,
    read: Callable[[], Request],
) -> HttpResponse:
    """Serve what `read` returns, and answer refusals of both."""
    try:
        return serve(read())
    except OAuth2Error as refusal:
        return refused(refusal)
    except ServiceError as refusal:
        return told(refusal)


def token_of(request: Request) -> str:
    """Return the parameter `token`; raises `InvalidRequestError` without one."""
    token = request.form.get("token", "")
    if not token:
        raise InvalidRequestError("The request holds no token.")
    return token


def answered(
    body: dict[str, object],
    *,
    status: int = 200,
) -> JsonResponse:
    """Return a success that nobody may keep."""
    return JsonResponse(body, status=status, headers=HEADERS)


def refused(refusal: OAuth2Error) -> JsonResponse:
    """Return an error response (RFC 6749 section 5.2): a machine is redirected nowhere."""
    refusal.redirect_uri = None
    status, body, headers = refusal()
    asks = {name: v for name, v in headers if name == "WWW-Authenticate"}
    response = JsonResponse(dict(body), status=status, headers={**HEADERS, **asks})
    response.problem_code = refusal.error  # type: ignore[attr-defined]  # for the metrics
    return response


def told(refusal: ServiceError) -> JsonResponse:
    """Return a service's refusal; a bad token is counted."""
    refusal = counted(refusal)
    response = refused(translated(refusal))
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def counted(refusal: ServiceError) -> ServiceError:
    """Count a bad token of this address; return what to answer: it, or a 429."""
    if isinstance(refusal, NotAuthenticated):
        try:
            limits.hit("token_failures_ip", lockouts.caller())
        except TooManyRequests as limit:
            return limit
    return refusal
