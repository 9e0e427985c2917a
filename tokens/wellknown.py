"""The documents at `/.well-known/`: bytes, made once until the key ring moves.

The issuer is configured, never taken from the Host header.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from config.envelope import JSON, Answer
from tokens import keyring

JWKS_SECONDS = 300
DISCOVERY_SECONDS = 3600


def _answer(
    body: bytes,
    *,
    etag: str,
    known: str,
    seconds: int,
) -> Answer:
    headers = {"Cache-Control": f"public, max-age={seconds}", "ETag": etag}
    headers["Access-Control-Allow-Origin"] = "*"
    if etag in known:
        return Answer(None, status=304, headers=headers)
    return Answer(body, headers=headers)


def public_keys(known: str) -> Answer:
    """Return the key set, or 304 to who knows its ETag (`If-None-Match`)."""
    ring = keyring.current()
    return _answer(ring.jwks, etag=ring.etag, known=known, seconds=JWKS_SECONDS)


def discovery(known: str) -> Answer:
    """Return the discovery document, or 304 to who knows its ETag."""
    body, etag = _metadata(settings.ISSUER)
    return _answer(body, etag=etag, known=known, seconds=DISCOVERY_SECONDS)


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Return the public keys (RFC 7517)."""
    return _response(public_keys(request.headers.get("If-None-Match", "")))


def _response(answer: Answer) -> HttpResponse:
    made = HttpResponse(
        answer.data or b"",
        content_type=JSON,
        status=answer.status,
        headers=answer.headers,
    )
    if answer.data is None:
        del made["Content-Type"]
    return made


@lru_cache(maxsize=4)
def _metadata(issuer: str) -> tuple[bytes, str]:
    """Return the document and its ETag, the same on every node."""
    document: dict[str, Any] = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "revocation_feed_uri": f"{issuer}/api/v1/tokens/revocations",
        "response_types_supported": [],
        "grant_types_supported": ["refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "access_token_signing_alg_values_supported": list(keyring.ALGORITHMS),
        "service_documentation": f"{issuer}/api/docs",
    }
    body = json.dumps(document).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Return the discovery document (RFC 8414, OpenID Connect Discovery).

    It names what exists, and what a discovery document must have: the OAuth endpoints
    join it with the issue that builds them.
    """
    return _response(discovery(request.headers.get("If-None-Match", "")))


urlpatterns = [
    path(".well-known/jwks.json", jwks, name="jwks"),
    path(".well-known/openid-configuration", metadata, name="openid-configuration"),
    path(
        ".well-known/oauth-authorization-server",
        metadata,
        name="oauth-authorization-server",
    ),
]
