"""Answers in the words of the server: JSON, and problem documents (RFC 9457)."""

import json
from collections.abc import Mapping
from typing import Any

from ntt_auth._http import Response

_JSON = {"content-type": "application/json"}
_UNKEPT = {"cache-control": "no-store"}


def answer(
    document: Any,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return a document as JSON; None is an answer without a body."""
    if document is None:
        return Response(status, dict(headers or {}))
    return Response(status, _JSON | dict(headers or {}), json.dumps(document).encode())


def problem(
    status: int,
    code: str,
    detail: str = "",
) -> Response:
    """Return a refusal as the REST API words it."""
    title = code.replace("_", " ").capitalize() + "."
    document = {
        "type": f"urn:ntt-auth:problem:{code.replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "request_id": "testing",
        "errors": [],
    }
    headers = {"content-type": "application/problem+json"} | _UNKEPT
    return Response(status, headers, json.dumps(document).encode())
