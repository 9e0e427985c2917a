"""drf-spectacular shows the scheme and the scopes of each view."""

from adapters import APIView, Response, drf  # isort: skip (sets Django up)

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.validation import validate_schema
from rest_framework.permissions import AllowAny, IsAuthenticated

import ntt_auth.spectacular
import tokens
from ntt_auth import Verifier

READ, WRITE = drf.HasScopes("orders:read"), drf.HasScopes("orders:write")


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    with override_settings(NTT_AUTH={"VERIFIER": Verifier(**tokens.VERIFYING)}):
        yield


class Reports(drf.BearerAuthentication):
    audience = "https://api.example.com/reports"


class Schema(AutoSchema):
    def get_response_serializers(self) -> Any:
        return dict


def document(**views: Any) -> dict[str, Any]:
    def view(
        permissions: list[Any],
        *authentication: Any,
    ) -> Any:
        class Shown(APIView):
            schema = Schema()
            authentication_classes = authentication or [drf.BearerAuthentication]
            permission_classes = permissions

            def get(self, request: Any) -> Response:
                return Response({})

        return Shown.as_view()

    patterns = [path(name, view(*given)) for name, given in views.items()]
    generator = SchemaGenerator(patterns=patterns)
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    validate_schema(found)
    return found


def security(
    found: dict[str, Any],
    name: str,
) -> Any:
    return found["paths"][f"/{name}"]["get"].get("security")


def test_each_view_says_its_scopes_and_the_scheme_knows_all_of_them() -> None:
    found = document(
        one=([READ],),
        both=([READ & WRITE],),
        listed=([IsAuthenticated, READ, WRITE],),
        either=([READ | WRITE],),
        anybody=([AllowAny],),
    )
    assert security(found, "one") == [{"Sign-in": ["orders:read"]}]
    assert security(found, "both") == [{"Sign-in": ["orders:read", "orders:write"]}]
    assert security(found, "listed") == security(found, "both")
    assert security(found, "either") == [{"Sign-in": []}]
    assert {} in security(found, "anybody")
    scheme = found["components"]["securitySchemes"]["Sign-in"]
    flow = scheme["flows"]["authorizationCode"]
    assert set(flow["scopes"]) == {"orders:read", "orders:write"}
    assert flow["authorizationUrl"].startswith(f"{tokens.ISSUER}/oauth/authorize?")


def test_one_document_does_not_know_the_scopes_of_another() -> None:
    document(one=([WRITE],))
    scheme = document(one=([READ],))["components"]["securitySchemes"]["Sign-in"]
    assert set(scheme["flows"]["authorizationCode"]["scopes"]) == {"orders:read"}


def test_another_audience_is_another_scheme() -> None:
    found = document(orders=([READ],), reports=([READ], Reports))
    name = "Sign-in-https---api.example.com-reports"
    assert security(found, "reports") == [{name: ["orders:read"]}]
    assert set(found["components"]["securitySchemes"]) == {"Sign-in", name}


def test_importing_it_is_all() -> None:
    assert ntt_auth.spectacular.BearerScheme in (
        ntt_auth.spectacular.OpenApiAuthenticationExtension._registry
    )
