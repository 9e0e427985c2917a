"""Django REST framework: combined permissions, plain permissions, with and without accounts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory, override_settings
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import (
    AllowAny,
    BasePermission,
    IsAdminUser,
    IsAuthenticated,
)

import tokens
from adapters import APIView, Response, drf
from ntt_auth import KeysUnavailable, TokenRevoked, Verifier

A, B, C = (drf.HasScopes(name) for name in ("a", "b", "c"))


class Nobody(BasePermission):
    def has_permission(self, *_: Any) -> bool:
        return False


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    with override_settings(NTT_AUTH={"VERIFIER": Verifier(**tokens.VERIFYING)}):
        yield


def call(
    permissions: Any = (),
    method: str = "get",
    data: Any = None,
    raises: Exception | None = None,
    handler: bool = True,
    header: str = "",
    **claims: Any,
) -> Any:
    class View(APIView):
        permission_classes = permissions

        def get(self, request: Any) -> Response:
            if raises:
                raise raises
            return Response({"sub": request.user.sub})

        post = get

        def get_exception_handler(self) -> Any:
            return drf.exception_handler if handler else super().get_exception_handler()

    bearer = header or (f"Bearer {tokens.mint(**claims)}" if claims else "")
    headers = {"Authorization": bearer} if bearer else {}
    request = getattr(RequestFactory(), method)("/", data, headers=headers)
    return View.as_view()(request).render()


@pytest.mark.parametrize(
    ("permission", "scope", "status"),
    [
        (A & B, "a b", 200),
        (A & B, "a", 403),
        (A & B, "b", 403),
        (A | B, "a", 200),
        (A | B, "b", 200),
        (A | B, "c", 403),
        ((A & B) | C, "c", 200),
        ((IsAuthenticated & A) | C, "c", 200),
        (A | (B & C), "b c", 200),
        (A | (B & C), "b", 403),
        (~A, "a", 403),
        (~A, "b", 200),
        (~(A & B), "a", 200),
        (~(A | B), "a", 403),
        (A & ~B, "a", 200),
        (A & ~B, "a b", 403),
        (IsAdminUser | A, "a", 200),
        (A | IsAdminUser, "a", 200),
        (A | IsAdminUser, "b", 403),
        (A & Nobody, "a", 403),
        (A | AllowAny, "b", 200),
    ],
)
def test_permissions_combine(
    permission: Any,
    scope: str,
    status: int,
) -> None:
    answer = call([permission], scope=scope)
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("permission", [A, A & B, B & A, IsAdminUser | A, B | A])
def test_a_refusal_that_nothing_can_turn_says_which_scope(permission: Any) -> None:
    answer = call([permission], handler=False, scope="other")
    assert answer.headers["WWW-Authenticate"].startswith(
        'Bearer error="insufficient_scope", scope="'
    )


def test_permissions_that_a_view_chooses_by_itself_combine_too() -> None:
    class View(APIView):
        def get_permissions(self) -> Any:
            return [(A | B)()]

        def get(self, request: Any) -> Response:
            return Response()

    headers = {"Authorization": f"Bearer {tokens.mint(scope='b')}"}
    assert View.as_view()(RequestFactory().get("/", headers=headers)).status_code == 200


def test_is_authenticated_is_answered_as_a_problem_by_the_handler() -> None:
    answer = call([IsAuthenticated])
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.data["code"] == "token_missing"
    assert call([IsAuthenticated], sub="ada").data == {"sub": "ada"}


def test_without_the_handler_is_authenticated_is_still_a_401_with_a_challenge() -> None:
    answer = call([IsAuthenticated], handler=False)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_plain_permission_that_refuses_a_token_is_a_problem() -> None:
    answer = call([IsAdminUser], sub="ada")
    assert answer.status_code == 403
    assert answer.data["code"] == "forbidden"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (TokenRevoked(), 401, "token_revoked"),
        (KeysUnavailable(retry_after=7), 503, "keys_unavailable"),
        (AuthenticationFailed("Bad tag."), 401, "token_invalid"),
    ],
)
def test_what_a_view_raises_is_a_problem(
    raised: Exception,
    status: int,
    code: str,
) -> None:
    answer = call(raises=raised, sub="ada")
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_refusal_of_another_authentication_stays_as_it_is() -> None:
    class View(APIView):
        authentication_classes = (BasicAuthentication,)
        permission_classes = (IsAuthenticated,)

        def get_exception_handler(self) -> Any:
            return drf.exception_handler

    answer = View.as_view()(RequestFactory().get("/")).render()
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["Content-Type"] == "application/json"


def test_a_token_in_the_form_is_not_taken() -> None:
    answer = call([A], "post", {"access_token": tokens.mint(scope="a")})
    assert answer.data["code"] == "token_missing"


@pytest.mark.parametrize("method", ["head", "options"])
def test_head_and_options_need_the_token_too(method: str) -> None:
    assert call([A], method).status_code == 401
    assert call([A], method, scope="a").status_code == 200


def test_two_audiences_live_in_one_project() -> None:
    class Reports(drf.BearerAuthentication):
        audience = "https://api.example.com/reports"

    class View(APIView):
        authentication_classes = (Reports,)
        permission_classes = (drf.Requires(),)

        def get(self, request: Any) -> Response:
            return Response({"sub": request.user.sub})

    given = {
        "ISSUER": tokens.ISSUER,
        "AUDIENCE": tokens.AUDIENCE,
        "JWKS": tokens.jwks(),
        "REVOCATION": "off",
    }
    with override_settings(NTT_AUTH=given):
        for audience, status in ((tokens.AUDIENCE, 401), (Reports.audience, 200)):
            headers = {"Authorization": f"Bearer {tokens.mint(aud=audience)}"}
            request = RequestFactory().get("/", headers=headers)
            assert View.as_view()(request).status_code == status


def test_a_stream_is_refused_before_it_begins() -> None:
    class Lines(APIView):
        permission_classes = (A,)

        def get(self, request: Any) -> Any:
            return StreamingHttpResponse(str(n) for n in range(3))

    good = {"Authorization": f"Bearer {tokens.mint(scope='a')}"}
    view = Lines.as_view()
    assert view(RequestFactory().get("/")).status_code == 401
    answer = view(RequestFactory().get("/", headers=good))
    assert answer.getvalue() == b"012"


WITH_ACCOUNTS = """
import django, tokens
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["ntt_auth.drf.BearerAuthentication"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"user": "2/min"},
    },
    NTT_AUTH={
        "ISSUER": tokens.ISSUER, "AUDIENCE": tokens.AUDIENCE,
        "JWKS": tokens.jwks(), "REVOCATION": "off",
    },
)
django.setup()
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView
class View(APIView):
    permission_classes = ()
    def get(self, request):
        return Response(isinstance(request.user, AnonymousUser))
def call(**headers):
    return View.as_view()(RequestFactory().get("/", headers=headers))
good = {"Authorization": "Bearer " + tokens.mint()}
assert call().data is True
assert [call(**good).status_code for _ in range(3)] == [200, 200, 429]
"""


def test_beside_djangos_accounts_strangers_are_its_anonymous_user() -> None:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", WITH_ACCOUNTS],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
