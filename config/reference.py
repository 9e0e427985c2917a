"""The API's reference: the OpenAPI document and Swagger UI, from local assets only.

The UI runs under the strict policy of all pages: no inline script, no inline style.
"""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@cache
def document() -> bytes:
    """Return the OpenAPI document as JSON, made once a process."""
    generator: Any = SchemaGenerator  # drf-spectacular leaves it untyped
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return json.dumps(made, default=str).encode()


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI 3.1 document."""
    return HttpResponse(document(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Return Swagger UI; `static/reference/reference.js` starts it."""
    title = settings.SPECTACULAR_SETTINGS["TITLE"]
    return render(request, "reference.html", {"title": title})


urlpatterns = [
    path("api/schema", schema, name="schema"),
    path("api/docs", docs, name="docs"),
]
