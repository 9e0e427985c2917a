"""The discovery document, as the server gives it; a contract case holds them together."""

from typing import Any

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
_CONFIDENTIAL = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
_ASSERTIONS = ["RS256", "PS256", "ES256", "EdDSA"]
_SIGNING = ["RS256", "ES256", "EdDSA"]
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
    "token_endpoint_auth_methods_supported": [*_CONFIDENTIAL, "none"],
    "token_endpoint_auth_signing_alg_values_supported": _ASSERTIONS,
    "introspection_endpoint_auth_methods_supported": _CONFIDENTIAL,
    "introspection_endpoint_auth_signing_alg_values_supported": _ASSERTIONS,
    "revocation_endpoint_auth_methods_supported": [*_CONFIDENTIAL, "none"],
    "revocation_endpoint_auth_signing_alg_values_supported": _ASSERTIONS,
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": _SIGNING,
    "userinfo_signing_alg_values_supported": _SIGNING,
    "access_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
    "scopes_supported": ["openid", "profile", "email", "roles", "offline_access"],
    "claim_types_supported": ["normal"],
    "claims_supported": [
        *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"),
        *("at_hash", "sid", "name", "email", "email_verified", "roles"),
    ],
    "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
    "acr_values_supported": ["aal1", "aal2"],
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
    "require_pushed_authorization_requests": False,
    "authorization_response_iss_parameter_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "ui_locales_supported": ["en"],
}


def document(issuer: str) -> dict[str, Any]:
    """Return the document of an issuer (OpenID Connect Discovery section 3)."""
    base = issuer.rstrip("/")
    return {
        "issuer": issuer,
        "service_documentation": f"{base}/api/docs",
        "revocation_feed_uri": f"{base}/api/v1/tokens/revocations",
        "jwks_uri": f"{base}/.well-known/jwks.json",
        **{name: f"{base}/oauth/{path}" for name, path in _ENDPOINTS.items()},
        **_SUPPORTED,
    }
