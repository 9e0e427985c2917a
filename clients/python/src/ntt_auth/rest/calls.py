"""One call: what it is before a token is known, and the request that is sent."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from ntt_auth._http import Request
from ntt_auth.errors import BadRequest

MOST_BYTES = 16 * 1024 * 1024  # the largest answer is somebody's export
_HARMLESS = ("GET", "PUT", "DELETE")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Access(Enum):
    """Whose call it is."""

    PUBLIC = "anybody's: no token is sent"
    OWN = "a person's, of their own account"
    MANAGE = "of management: a POST takes an Idempotency-Key"


@dataclass(frozen=True)
class Call:
    """A method and a path below the issuer, with what is sent along.

    `idempotency_key` is for the POSTs of management; there is one without it too.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    access: Access = Access.OWN
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Sent:
    """A request, and whether sending it again does no harm though it may have arrived."""

    request: Request
    repeatable: bool


def prepared(
    call: Call,
    issuer: str,
    timeout: float,
) -> Sent:
    """Return what is sent, without a token; raises `BadRequest`."""
    headers: dict[str, str] = {}
    keyed = call.method == "POST" and call.access is Access.MANAGE
    if keyed:
        key = call.idempotency_key or str(uuid.uuid4())
        headers["Idempotency-Key"] = visible(key, "idempotency_key")
    body = b""
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(call.body, allow_nan=False).encode()
    given = {k: _text(v) for k, v in call.query.items() if v is not None}
    asked = f"?{urlencode(given)}" if given else ""
    return Sent(
        Request(
            call.method,
            f"{issuer}{call.path}{asked}",
            headers,
            body,
            timeout=timeout,
            limit=MOST_BYTES,
        ),
        repeatable=keyed or call.method in _HARMLESS,
    )


def bearing(
    sent: Sent,
    token: str,
) -> Sent:
    """Return the same with a Bearer token (RFC 6750 section 2.1)."""
    old = sent.request
    headers = {**old.headers, "Authorization": f"Bearer {visible(token, 'The token')}"}
    return Sent(
        Request(old.method, old.url, headers, old.body, old.timeout, old.limit),
        sent.repeatable,
    )


def visible(
    value: object,
    name: str,
) -> str:
    """Return what may stand in a header; raises `BadRequest`, which does not show it."""
    if isinstance(value, str) and _VISIBLE.fullmatch(value):
        return value
    raise BadRequest(
        f"{name} must be visible ASCII characters.", status=400, code="invalid_input"
    )


def given(**values: Any) -> dict[str, Any]:
    """Return the values that are there: None is not sent."""
    return {name: value for name, value in values.items() if value is not None}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
