"""The operator console: its look, its forms and the order of its sections."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

GATE = "tokens.pages.browser.may_operate"
WAY = "tokens.pages.browser.way_to_console"
EXIT = "tokens.pages.browser.leave"
SETUP = "tokens.pages.browser.begin_setup"
FAVICON: dict[str, Any] = {
    "rel": "icon",
    "type": "image/svg+xml",
    "href": lambda request: static("console/favicon.svg"),
}
MENU = [
    {"title": "Your account", "link": reverse_lazy("account-profile")},
    {"title": "Password", "link": reverse_lazy("account-password")},
    {"title": "Second factors", "link": reverse_lazy("account-security")},
]
SECTIONS = ["accounts", "tenants", "tokens", "oidc", "social", "audit", "outbox"]


def theme(*, environment: str) -> dict[str, Any]:
    """Return UNFOLD; the badge tells an operator which instance this is."""
    badge = [
        environment.capitalize(),
        "danger" if environment == "production" else "info",
    ]
    return {
        "SITE_TITLE": "Identity console",
        "SITE_HEADER": "Identity console",
        "SITE_SUBHEADER": "NTT Authentication Server",
        "SITE_SYMBOL": "shield_person",
        "SITE_URL": None,
        "ACCOUNT": {"navigation": MENU},
        "SHOW_HISTORY": False,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": True,
        "ENVIRONMENT": lambda request: badge,
        "SITE_FAVICONS": [FAVICON],
        "STYLES": [lambda request: static("console/console.css")],
        "BORDER_RADIUS": "6px",
        "COLORS": {
            "primary": {
                "50": "oklch(97% .014 254.604)",
                "100": "oklch(93.2% .032 255.585)",
                "200": "oklch(88.2% .059 254.128)",
                "300": "oklch(80.9% .105 251.813)",
                "400": "oklch(70.7% .165 254.624)",
                "500": "oklch(62.3% .214 259.815)",
                "600": "oklch(54.6% .245 262.881)",
                "700": "oklch(48.8% .243 264.376)",
                "800": "oklch(42.4% .199 265.638)",
                "900": "oklch(37.9% .146 265.522)",
                "950": "oklch(28.2% .091 267.935)",
            },
        },
    }
