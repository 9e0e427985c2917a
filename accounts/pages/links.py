"""What every page needs whose URL holds a secret: the key of a mail, or of the set-up."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

Page = Callable[[HttpRequest], HttpResponse]


class NullOriginCsrf(CsrfViewMiddleware):
    """Django's check of the form token, for a page that sends no referrer.

    `Referrer-Policy: no-referrer` keeps the link out of every log, and makes browsers say
    `Origin: null`, which the stock check refuses before it looks at the token.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            return True
        return bool(super()._origin_verified(request))  # type: ignore[misc]


def secret_link(page: Page) -> Callable[..., Any]:
    """Serve a page that is opened with a secret in its URL, which nobody else may see.

    It is opened by GET, which changes nothing, and posts the secret in a hidden field to
    its path without a query.
    """

    def shielded(request: HttpRequest) -> HttpResponse:
        response = page(request)
        response["Referrer-Policy"] = "no-referrer"
        return response

    guarded = never_cache(sensitive_post_parameters()(shielded))
    methods = require_http_methods(["GET", "HEAD", "POST"])(guarded)
    # The stock check would run first and refuse `Origin: null`; ours runs in its place.
    return csrf_exempt(decorator_from_middleware(NullOriginCsrf)(methods))
