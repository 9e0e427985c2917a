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

from config import languages
from config.envelope import JSON, Answer
from tenants.admission import OIDC_SCOPES
from tokens import keyring, minting

JWKS_SECONDS = 300
DISCOVERY_SECONDS = 3600

_ENDPOINTS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "userinfo_endpoint": "userinfo",
    "introspection_endpoint": "introspect",
    "revocation_endpoint": "revoke",
    "end_session_endpoint": "logout",
    "device_authorization_endpoint": "device-authorization",
    "pushed_authorization_request_endpoint": "par",
}
_BY_SECRET = ["client_secret_basic", "client_secret_post"]
_CONFIDENTIAL = [*_BY_SECRET, "private_key_jwt"]
_ASSERTIONS = ["RS256", "PS256", "ES256", "EdDSA"]
_SIGNING = ["RS256", "ES256", "EdDSA"]
# How each endpoint's clients authenticate; pushed requests as at the token endpoint.
_AUTHENTICATION: dict[str, Any] = {
    f"{endpoint}_endpoint_auth_{name}_supported": values
    for endpoint, methods in (
        ("token", [*_CONFIDENTIAL, "none"]),
        ("introspection", _CONFIDENTIAL),
        ("revocation", [*_CONFIDENTIAL, "none"]),
    )
    for name, values in (("methods", methods), ("signing_alg_values", _ASSERTIONS))
}
_SUPPORTED: dict[str, Any] = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query", "form_post"],
    "grant_types_supported": [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
    "code_challenge_methods_supported": ["S256"],
    **_AUTHENTICATION,
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": _SIGNING,
    "userinfo_signing_alg_values_supported": _SIGNING,
    "access_token_signing_alg_values_supported": list(keyring.ALGORITHMS),
    "scopes_supported": OIDC_SCOPES,
    "claim_types_supported": ["normal"],
    "claims_supported": [
        *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"),
        *("at_hash", "sid", "name", "email", "email_verified", "roles"),
    ],
    "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
    "acr_values_supported": list(minting.ACR.values()),
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
    "require_pushed_authorization_requests": False,
    "authorization_response_iss_parameter_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
}


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
    body, etag = _metadata(settings.ISSUER, languages.offered())
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


@lru_cache(maxsize=8)
def _metadata(
    issuer: str,
    languages_offered: tuple[str, ...],
) -> tuple[bytes, str]:
    """Return the document and its ETag, the same on every node."""
    document = {
        "issuer": issuer,
        "service_documentation": f"{issuer}/api/docs",
        "revocation_feed_uri": f"{issuer}/api/v1/tokens/revocations",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        **{name: f"{issuer}/oauth/{path}" for name, path in _ENDPOINTS.items()},
        **_SUPPORTED,
        "ui_locales_supported": languages_offered,
    }
    body = json.dumps(document).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Return the discovery document (OpenID Connect Discovery section 3, RFC 8414)."""
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
