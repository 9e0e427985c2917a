"""What is set up wrongly, told by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.core.checks import register

from ntt_auth.django import conf
from ntt_auth.errors import ConfigurationError

MIDDLEWARE = "ntt_auth.django.middleware.NttAuthMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"


@register()
def check_settings(
    app_configs: Any = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """E001: NTT_AUTH; E002: the middleware; E003: the session in a cookie; W001: plain http."""
    found: list[CheckMessage] = []
    try:
        options = conf.options()
    except ConfigurationError as error:
        return [Error(error.reason, hint=error.action, id="ntt_auth.E001")]
    named = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in named or SESSIONS not in named[: named.index(MIDDLEWARE)]:
        found.append(
            Error(
                f"{MIDDLEWARE} must stand in MIDDLEWARE, below {SESSIONS}.",
                id="ntt_auth.E002",
            )
        )
    if settings.SESSION_ENGINE.endswith("signed_cookies"):
        found.append(
            Error(
                "A session that is kept in a cookie cannot be ended by the server.",
                hint="Use another SESSION_ENGINE, such as the database.",
                id="ntt_auth.E003",
            )
        )
    if options.issuer.startswith("https:") and not settings.SESSION_COOKIE_SECURE:
        found.append(
            Caution("SESSION_COOKIE_SECURE is off.", id="ntt_auth.W001"),
        )
    return found
