"""The same small application in four frameworks, all served as ASGI or WSGI in process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Annotated, Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.urls import path
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from werkzeug.test import Client

from ntt_auth import AsyncVerifier, Principal, Verifier, fastapi, flask, starlette
from ntt_auth.testing import Issuer
from tokens import AUDIENCE, ISSUER

if not settings.configured:
    settings.configure(
        SECRET_KEY="for tests",
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["rest_framework"],
        ROOT_URLCONF="tests_urls",
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["ntt_auth.drf.BearerAuthentication"]
        },
    )
    django.setup()

from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from ntt_auth import drf  # noqa: E402

REQUIRED: dict[str, dict[str, Any]] = {
    "/any": {},
    "/scopes": {"scopes": ["orders:write"]},
    "/roles": {"roles": ["owner"]},
    "/permissions": {"permissions": ["orders.cancel"]},
    "/acr": {"acr": "aal2"},
    "/max-age": {"max_age": 60},
}


@dataclass
class Served:
    """An application with its verifier."""

    client: Any
    verifier: Verifier | AsyncVerifier
    issuer: Issuer = field(init=False)

    def get(self, where: str, headers: Any = None) -> Any:
        return self.client.get(where, headers=headers or {})


def serve_fastapi() -> Served:
    verifier = AsyncVerifier(ISSUER, AUDIENCE)
    auth = fastapi.Auth(verifier=verifier)
    app = FastAPI(lifespan=auth.lifespan)

    def add(where: str, required: dict[str, Any]) -> None:
        @app.get(where)
        def protected(
            me: Annotated[Principal, Depends(auth.require(**required))],
        ) -> Any:
            return {"sub": me.sub}

    @app.get("/optional")
    async def optional(
        me: Annotated[Principal | None, Depends(auth.optional())],
    ) -> Any:
        return {"sub": me.sub if me else None}

    for where, required in REQUIRED.items():
        add(where, required)
    return Served(TestClient(app), verifier)


def serve_starlette() -> Served:
    def route(where: str, required: dict[str, Any]) -> Route:
        @starlette.requires(**required)
        async def protected(request: Any) -> JSONResponse:
            return JSONResponse({"sub": request.user.sub})

        return Route(where, protected)

    async def optional(request: Any) -> JSONResponse:
        return JSONResponse({"sub": request.user.sub if request.user else None})

    verifier = AsyncVerifier(ISSUER, AUDIENCE)
    routes = [route(where, required) for where, required in REQUIRED.items()]
    app = Starlette(routes=[*routes, Route("/optional", optional)])
    app.add_middleware(starlette.AuthMiddleware, verifier=verifier)
    return Served(TestClient(app), verifier)


class Wsgi:
    """A client for WSGI that joins headers as servers do (RFC 3875 section 4.1.18)."""

    def __init__(self, app: Any) -> None:
        self.client = Client(app)

    def get(self, where: str, headers: Any) -> Any:
        pairs = headers.items() if isinstance(headers, dict) else headers
        values = [v.decode("latin-1") if isinstance(v, bytes) else v for _, v in pairs]
        environ = {"HTTP_AUTHORIZATION": ",".join(values)} if values else {}
        answer = self.client.get(where, environ_overrides=environ)
        return SimpleNamespace(
            status_code=answer.status_code,
            headers=answer.headers,
            text=answer.text,
            json=lambda: answer.json,
        )

    def close(self) -> None:
        return None


def serve_flask() -> Served:
    app = Flask("orders")
    verifier = Verifier(ISSUER, AUDIENCE)
    auth = flask.Auth(app, verifier=verifier)

    def add(where: str, required: dict[str, Any]) -> None:
        @auth.require(**required)
        def protected() -> Any:
            return {"sub": flask.current_principal.sub}

        app.add_url_rule(where, where, protected)

    @app.get("/optional")
    @auth.optional()
    def optional() -> Any:
        me = flask.current_principal
        return {"sub": me.sub if me else None}

    for where, required in REQUIRED.items():
        add(where, required)
    return Served(Wsgi(app), verifier)


def django_urls(patterns: list[Any]) -> None:
    module = ModuleType("tests_urls")
    module.urlpatterns = patterns  # type: ignore[attr-defined]
    sys.modules["tests_urls"] = module
    from django.urls import clear_url_caches

    clear_url_caches()


def serve_drf() -> Served:
    def view(required: dict[str, Any]) -> Any:
        class Protected(APIView):
            permission_classes = [drf.Requires(**required)]

            def get(self, request: Any) -> Response:
                assert request.auth.sub == request.user.sub
                return Response({"sub": request.user.sub})

        return Protected.as_view()

    class Optional(APIView):
        permission_classes = ()

        def get(self, request: Any) -> Response:
            known = request.user.is_authenticated
            return Response({"sub": request.user.sub if known else None})

    verifier = Verifier(ISSUER, AUDIENCE)
    override_settings(NTT_AUTH={"VERIFIER": verifier}).enable()
    views = [path(where[1:], view(required)) for where, required in REQUIRED.items()]
    django_urls([*views, path("optional", Optional.as_view())])
    return Served(Wsgi(get_wsgi_application()), verifier)


FRAMEWORKS: dict[str, Callable[[], Served]] = {
    "fastapi": serve_fastapi,
    "starlette": serve_starlette,
    "flask": serve_flask,
    "drf": serve_drf,
}
