"""Who there is at the running service: people, an API, and an application of each kind."""

from typing import Any

from tests.e2e.oidc.keys import public_set

API = "https://orders.example.com"
CLIENT, CODE, REFRESH = "client_credentials", "authorization_code", "refresh_token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def people() -> dict[str, dict[str, str]]:
    """Return what each person types to sign in."""
    return {
        name: {
            "email": f"{name}@example.com",
            "password": f"{name} walks in the hills",
        }
        for name in ("ann", "bob", "cho", "dee")
    }


def applications(
    origin: str,
    shop: str,
) -> dict[str, dict[str, Any]]:
    """Return the applications: those at an origin, and the Django site `shop`."""
    back = {
        "redirect_uris": [f"{origin}/callback", f"{origin}/page.html"],
        "post_logout_redirect_uris": [f"{origin}/goodbye", f"{origin}/page.html"],
        "audiences": [API],
    }
    web = {"type": "web", "grants": [CODE, REFRESH, CLIENT, DEVICE], **back}
    own = {**web, "is_first_party": True, "audiences": []}
    spa = {"type": "spa", "allowed_origins": [origin], **back}
    signing = {"client_authentication": "private_key_jwt", "jwks": public_set()}
    native = {"type": "native", "redirect_uris": ["http://127.0.0.1/callback"]}
    django = {
        "redirect_uris": [f"{shop}/oidc/callback/"],
        "post_logout_redirect_uris": [f"{shop}/"],
    }
    return {
        "web": web,
        "unasked": web,
        "own": own,
        "told": {**own, "backchannel_logout_uri": f"{origin}/backchannel"},
        "es256": {**own, "id_token_algorithm": "ES256"},
        "eddsa": {**own, "id_token_algorithm": "EdDSA"},
        "pushing": {**web, "require_pushed_authorization_requests": True},
        "signer": {**web, **signing},
        "signing": {**web, **signing, "audiences": []},
        "spa": spa,
        "page": {**spa, "audiences": []},
        "native": {**native, "audiences": [API]},
        "television": {"type": "native", "grants": [DEVICE, REFRESH]},
        "machine": {"type": "service", "audiences": [API]},
        "django": {"type": "web", **django},
    }
