"""Examples for the OpenAPI document, made from its schemas by the names of fields."""

from typing import Any

_ID = "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10"
_TIME = "2026-11-24T09:30:00Z"
_BY_NAME: dict[str, Any] = {
    "accent_color": "#1d56d0",
    "accent_color_dark": "#8ab0ff",
    "brand_name": "Acme",
    "content_type": "image/png",
    "data": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAA"
    "AACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
    "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOi4uLn0.c2ln",
    "active": True,
    "algorithm": "ES256",
    "allowed_origins": ["https://app.example.com"],
    "amr": ["pwd"],
    "api_permissions": ["orders:refund"],
    "apis": ["https://api.example.com/orders"],
    "audience": "https://api.example.com/orders",
    "audiences": ["https://api.example.com/orders"],
    "backchannel_logout_uri": "https://app.example.com/backchannel-logout",
    "claims": {"sub": _ID, "aud": "https://api.example.com/orders"},
    "client_authentication": "client_secret",
    "client_id": "app_1pQ8mDk2vXy0sWb7uLr4Ze",
    "client_uri": "https://app.example.com",
    "code": "X7KQ-PM4T",
    "client_secret": "ntts_example-shown-once",
    "current_password": "correct horse battery staple",
    "email": "ada@example.com",
    "expires_in": 300,
    "flow_token": "example-flow-token",
    "description": "Read orders",
    "grants": ["authorization_code", "refresh_token"],
    "hint": "Zx3k",
    "id_token_algorithm": "RS256",
    "identifier": "https://api.example.com/orders",
    "ip": "203.0.113.7",
    "issued_before": 1795512600,
    "jwks": None,  # of an application with a secret
    "jwks_uri": "",
    "key": "zJ0nS6b1nE3tY0mJ5m8Qx2cVf7uLr4Ze9pWkHdTgaRs",
    "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "kind": "session",
    "language": "de",
    "logo_url": "https://id.example.com/account/brand/acme/logo?v=9f86d081884c7d65",
    "manages": "",
    "methods": ["email_code"],
    "name": "Ada Lovelace",
    "new_password": "a wholly different passphrase",
    "next_cursor": None,  # of the last page; the feed's is never null
    "password": "correct horse battery staple",
    "permissions": ["members:read"],
    "policy_uri": "https://app.example.com/privacy",
    "post_logout_redirect_uris": ["https://app.example.com/signed-out"],
    "redirect_uris": ["https://app.example.com/callback"],
    "refresh_expires_in": 1209600,
    "refresh_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6InJ0K2p3dCJ9.eyJpc3MiOi4uLn0.c2ln",
    "registration": "invite",
    "revoked_at": None,
    "roles": ["clerk"],
    "scope": "orders:read",
    "scopes": ["orders:read"],
    "shared_with": ["partner"],
    "signing_algorithm": "ES256",
    "slug": "acme",
    "state": "active",
    "stylesheet_url": "https://id.example.com/account/brand/acme.css",
    "subject": "x_mTMdtwXmRQ7axPARta6Q",
    "support_email": "help@example.com",
    "support_url": "https://example.com/help",
    "suspended_at": None,
    "tenant": "Acme",
    "tenants": ["partner"],
    "token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOi4uLn0.c2ln",
    "token_type": "Bearer",
    "tos_uri": "https://app.example.com/terms",
    "type": "spa",
    "user_agent": "Mozilla/5.0",
}
# `name` is the thing's that a component describes
_BY_NOUN = {
    "Api": "Orders",
    "Application": "Web shop",
    "Role": "clerk",
    "Scope": "orders:read",
    "Tenant": "Acme",
}
_INSTEAD = {"user_id": "email"}  # where both may be given, one is
_BY_FORMAT: dict[str, Any] = {
    "date-time": _TIME,
    "email": "ada@example.com",
    "uri": "https://app.example.com",
    "uuid": _ID,
}
_BY_TYPE: dict[str, Any] = {
    "boolean": False,
    "integer": 300,
    "null": None,
    "number": 1.5,
    "object": {},
    "string": "text",
}


def example_of(
    schema: dict[str, Any],
    schemas: dict[str, Any],
    name: str = "",
) -> Any:
    """Return a value that fits `schema`; `schemas` are the document's components."""
    if "$ref" in schema:
        return _of_component(schema["$ref"].rsplit("/", 1)[1], schemas, name)
    for combined in ("allOf", "oneOf", "anyOf"):
        if combined in schema:
            return example_of(schema[combined][0], schemas, name)
    if "properties" in schema:
        members = schema["properties"].items()
        needed = schema.get("required", ())
        return {
            key: example_of(inner, schemas, key)
            for key, inner in members
            if key in needed or _INSTEAD.get(key) not in schema["properties"]
        }
    known = _BY_NAME.get(name)
    if "enum" in schema:
        return known if known in schema["enum"] else schema["enum"][0]
    kinds = schema.get("type", "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "array" in kinds:
        inner = example_of(schema["items"], schemas, name)
        plain = isinstance(known, list) and not isinstance(inner, dict)
        return known if plain else [inner]
    nullable = known is not None or "null" in kinds
    other = "object" in kinds and not isinstance(known, dict | None)
    if name in _BY_NAME and nullable and not isinstance(known, list) and not other:
        return known
    kind = next((kind for kind in kinds if kind != "null"), "null")
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kind])


def _of_component(
    component: str,
    schemas: dict[str, Any],
    name: str,
) -> Any:
    value = example_of(schemas[component], schemas, name)
    if isinstance(value, dict) and "name" in value:
        for noun, called in _BY_NOUN.items():
            if noun in component:
                return value | {"name": called}
    return value
