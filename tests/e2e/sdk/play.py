"""Who there is at the running service: Ann, an API, and an application of each kind."""

from typing import Any

API = "https://api.example.com/orders"
ANN = {"email": "ann@example.com", "password": "ann walks in the hills"}


def play(
    app: str = "http://127.0.0.1",
    site: str = "http://127.0.0.1",
) -> dict[str, Any]:
    """Return a play for `Service.perform`: `app` is where the SPA is, `site` the Next.js site."""
    spa = {
        "type": "spa",
        "is_first_party": True,
        "allowed_origins": [app],
        "redirect_uris": [f"{app}/"],
        "post_logout_redirect_uris": [f"{app}/"],
        "audiences": [API],
    }
    web = {
        "type": "web",
        "is_first_party": True,
        "redirect_uris": [f"{site}/api/auth/callback"],
        "post_logout_redirect_uris": [f"{site}/"],
        "audiences": [API],
    }
    return {
        "apis": {API: ["orders:read", "orders:write"]},
        "people": {"ann": ANN},
        "applications": {"spa": spa, "web": web},
    }
