"""The OpenAPI 3.1 document: what views say of themselves, completed by rule.

A view method carries `@operation(...)`. The rule adds what every operation has: the
problems it can answer with, an example for each body, and its section. Named by
settings; views import `operation` and `page_of`.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from typing_extensions import override

from config.examples import example_of

View = TypeVar("View", bound=Callable[..., Any])
Query = tuple[str, str]

PAGING: tuple[Query, ...] = (
    ("cursor", "`next_cursor` of the page before"),
    ("limit", "rows a page, 1 to 100; 50 without it"),
)
PROBLEMS = {
    "400": "A value is not acceptable, or the body is not strict JSON.",
    "401": "The credentials or the token do not stand.",
    "403": "The caller is known and may not do this.",
    "404": "There is no such thing, or the caller may not know of it.",
    "406": "Only `application/json` can be answered.",
    "409": "It does not fit the present state.",
    "410": "It is gone.",
    "413": "The body is over 64 KiB.",
    "415": "The body is not `application/json`.",
    "422": "The idempotency key was used with another body.",
    "429": "Too many requests; `Retry-After` tells when to come back.",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "stable; branch on this"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_EXAMPLES = {
    "400": "invalid_input",
    "401": "token_expired",
    "403": "forbidden",
    "404": "not_found",
    "406": "not_acceptable",
    "409": "conflict",
    "410": "cursor_gone",
    "413": "request_too_large",
    "415": "unsupported_media_type",
    "422": "idempotency_key_reused",
    "429": "rate_limited",
}


# what a cursor or a mailed link leads to can be gone
_LINKED = ("/revocations", "/verify-email", "reset/confirm", "-email-change")
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "A repetition within 24 hours gets the first answer, without secrets.",
}


_OWN = ("/api/v1/users/me", "/api/v1/auth/")  # no keys of repetition for one's own
_CONFLICTING = ("/register", "/auth/invitation", "/accept-invitation", "/options")
_ENROLLING = "/api/v1/auth/mfa/enroll/"
_KEYED = ("/auth/invitation", "/accept-invitation", "/me/invitations")  # mailed keys


class Schema(AutoSchema):
    """drf-spectacular's; `operation` tells it what plain views take and give."""


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's own door is called in the document."""

    target_class = "tokens.api.authentication.BearerAuthentication"
    name = "bearerAuth"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme: an access token for the identity API (RFC 6750)."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}


def operation(
    operation_id: str,
    *,
    takes: Any = None,
    gives: Any = None,
    status: int = 200,
    query: Iterable[Query] = (),
) -> Callable[[View], View]:
    """Describe a view method: its id, body, and good answer (None: no body).

    `gives` may map several statuses to serializers; `query` names query parameters.
    """
    answers = gives if isinstance(gives, dict) else {status: gives}
    parameters = [
        OpenApiParameter(name, str, OpenApiParameter.QUERY, description=text)
        for name, text in query
    ]
    described: Callable[[View], View] = extend_schema(
        operation_id=operation_id,
        request=takes,
        responses=answers,
        parameters=parameters,
    )
    return described


def or_bearer(view: View) -> View:
    """Describe a public view method that also takes a token in the header."""
    ways: Any = [{BearerScheme.name: []}, {}]
    described: View = extend_schema(auth=ways)(view)
    return described


@cache
def page_of(output: type[serializers.BaseSerializer[Any]]) -> Any:
    """Return the serializer of a cursor page of `output`."""
    return inline_serializer(
        name=f"{output.__name__}Page",
        fields={
            "data": output(many=True),
            "next_cursor": serializers.CharField(allow_null=True),
            "has_more": serializers.BooleanField(),
        },
    )


def complete(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,
) -> dict[str, Any]:
    """Add problems, examples and sections; a drf-spectacular postprocessing hook."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    result["components"]["responses"] = {f"Problem{s}": _problem(s) for s in PROBLEMS}
    for path, methods in result["paths"].items():
        for method, described in methods.items():
            _complete(path, method, described, schemas)
    return result


def _complete(
    path: str,
    method: str,
    described: dict[str, Any],
    schemas: dict[str, Any],
) -> None:
    described["tags"] = [_section(path)]
    body = described.get("requestBody")
    for holder in [body, *described["responses"].values()]:
        for media in ((holder or {}).get("content") or {}).values():
            media.setdefault("example", example_of(media["schema"], schemas))
    statuses = _statuses(path, method, described)
    if "422" in statuses:
        described.setdefault("parameters", []).append(_KEY)
    for status in statuses:
        shared = {"$ref": f"#/components/responses/Problem{status}"}
        described["responses"].setdefault(status, shared)
    described["responses"] = dict(sorted(described["responses"].items()))


def _is_guarded(described: dict[str, Any]) -> bool:
    """Tell whether nobody gets in without a token (`{}` is the way without)."""
    ways = described.get("security") or []
    return bool(ways) and all(ways)


def _section(path: str) -> str:
    parts = [part for part in path.split("/") if part and "{" not in part]
    inner = parts[2:] if parts[:2] == ["api", "v1"] else parts
    named = inner[1] if inner[0] == "tenants" and len(inner) > 1 else inner[0]
    return named if named not in ("suspend", "resume") else "tenants"


def _statuses(
    path: str,
    method: str,
    described: dict[str, Any],
) -> list[str]:
    """Return the 4xx that an operation can answer with."""
    found = ["400", "406", "429"]
    guarded = _is_guarded(described)
    if guarded or "/auth/" in path or path.endswith("/refresh"):
        found += ["401", "403"]
    if "{" in path:
        found.append("404")
    if method in ("post", "put", "patch"):
        found += ["413", "415"]
    if guarded and method in ("post", "patch", "delete", "put"):
        found.append("409")
    if guarded and method == "post" and not path.startswith(_OWN):
        found.append("422")
    if path.endswith(_CONFLICTING) or path.startswith(_ENROLLING):
        found.append("409")
    if method == "delete" and path.endswith("/users/me"):
        found += ["413", "415"]
    if path.endswith((*_LINKED, *_KEYED, "/keep-account")):
        found.append("410")
    return found


def _problem(status: str) -> dict[str, Any]:
    code = _EXAMPLES[status]
    example = {
        "type": f"urn:ntt-auth:problem:{code.replace('_', '-')}",
        "title": PROBLEMS[status],
        "status": int(status),
        "detail": PROBLEMS[status],
        "code": code,
        "request_id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10",
        "errors": [],
    }
    media = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {
        "description": PROBLEMS[status],
        "content": {"application/problem+json": media},
    }
