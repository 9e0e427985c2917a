"""A Django site as a reader would write it, served: `python shop.py` with `SHOP` as JSON.

A process of its own, as Django is set up once in each. `SHOP`: port, database, auth, and
whether people are Django `accounts`.
"""

import json
import os
import socketserver
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path, reverse

GIVEN: dict[str, Any] = json.loads(os.environ["SHOP"])
if GIVEN["database"]["ENGINE"].endswith("mysql"):
    import pymysql

    pymysql.install_as_MySQLdb()
APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "ntt_auth.django",
]
ACCOUNTS = ["ntt_auth.django.accounts"] if GIVEN.get("accounts") else []
settings.configure(
    SECRET_KEY=GIVEN.get("secret_key", "a secret of these tests"),
    SECRET_KEY_FALLBACKS=GIVEN.get("fallbacks", []),
    ALLOWED_HOSTS=["127.0.0.1", "testserver"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[*APPS, *ACCOUNTS],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "ntt_auth.django.middleware.NttAuthMiddleware",
    ],
    DATABASES={
        "default": {
            **GIVEN["database"],
            "ATOMIC_REQUESTS": bool(GIVEN.get("atomic")),
        }
    },
    SESSION_COOKIE_NAME="shop-session",
    CSRF_COOKIE_NAME="shop-csrf",
    USE_TZ=True,
    NTT_AUTH=GIVEN["auth"],
)
django.setup()

from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from ntt_auth.bearer import token_of  # noqa: E402
from ntt_auth.django import conf, mirror  # noqa: E402
from ntt_auth.django.access import login_required  # noqa: E402
from ntt_auth.drf import BearerAuthentication  # noqa: E402


def home(request: HttpRequest) -> HttpResponse:
    principal = request.ntt_auth.principal  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "sub": principal.sub if principal else None,
            "scopes": sorted(principal.scopes) if principal else [],
            "kind": request.user.__class__.__name__ if principal else None,
            "csrf": get_token(request),
            "session": request.session.session_key,
            "kept": request.session.get("kept"),
        }
    )


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    auth = request.ntt_auth  # type: ignore[attr-defined]
    return JsonResponse({"email": auth.user.email, "token": auth.access_token[-8:]})


@login_required(acr="aal2", max_age=60)
def strong(request: HttpRequest) -> HttpResponse:
    return HttpResponse("strong")


@login_required(permissions=["shop.close"])
def close(request: HttpRequest) -> HttpResponse:
    return HttpResponse("closed")


def keep(request: HttpRequest) -> HttpResponse:
    request.session["kept"] = "a basket"
    return HttpResponse()


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(str(request.user))


def hook(request: HttpRequest) -> HttpResponse:
    """Hear a webhook, as if it was verified."""
    said = request.GET.dict()
    kind, at = said.pop("kind", "user.updated"), said.pop("timestamp")
    data = (
        {**said, "is_active": kind == "user.enabled"}
        if kind != "user.updated"
        else said
    )
    mirror.keep_in_step({"type": kind, "timestamp": at, "data": data})
    return HttpResponse()


def leave(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        f'<form method="post" action="{reverse("ntt_auth:logout")}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
        "<button>Sign out</button></form>"
    )


def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


class Api(APIView):
    """Says whom a Bearer token speaks for."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = ()

    def get(self, request: Any) -> Response:
        return Response({"sub": request.auth.sub})


def mirrored(request: HttpRequest) -> HttpResponse:
    """Say the same by hand."""
    token = token_of(request.headers["Authorization"])
    person = mirror.person_of(conf.verifier().verify(token))
    return JsonResponse({"sub": person.sub if person else None})


urlpatterns = [
    path("api/", Api.as_view()),
    path("mirrored/", mirrored),
    path("broken/", broken),
    path("public/", public),
    path("favicon.ico", lambda _: HttpResponse(status=204)),
    path("hook/", hook),
    path("leave/", leave),
    path("auth/", include("ntt_auth.django.urls")),
    path("", home),
    path("orders/", orders),
    path("strong/", strong),
    path("close/", close),
    path("keep/", keep),
]


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(
        self,
        *_: Any,
    ) -> None:
        """Say nothing: addresses hold codes."""


def main() -> None:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("check")
    call_command("migrate", verbosity=0)
    application = get_wsgi_application()
    make_server(
        "127.0.0.1", GIVEN["port"], application, _Server, _Quiet
    ).serve_forever()


if __name__ == "__main__":
    main()
