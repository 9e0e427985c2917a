"""What comes from the environment (`NTT_AUTH_*`), and checks of what is configured."""

import os
from urllib.parse import urlsplit

from ntt_auth.errors import ConfigurationError

ISSUER = "NTT_AUTH_ISSUER"
AUDIENCE = "NTT_AUTH_AUDIENCE"
REVOCATION = "NTT_AUTH_REVOCATION"
CLIENT_ID = "NTT_AUTH_CLIENT_ID"
CLIENT_SECRET = "NTT_AUTH_CLIENT_SECRET"


def optional(
    given: str | None,
    variable: str,
) -> str | None:
    """Return what was given, or else the variable, or None where that is empty."""
    return given if given is not None else os.environ.get(variable) or None


def required(
    given: str | None,
    variable: str,
) -> str:
    """Return what was given, or else the variable; raises `ConfigurationError`."""
    found = optional(given, variable)
    if not isinstance(found, str) or not found:
        name = variable.removeprefix("NTT_AUTH_").lower()
        raise ConfigurationError(
            f"There is no {name}.", action=f"Pass {name}= or set {variable}."
        )
    return found


def issuer_url(given: str | None) -> str:
    """Return the issuer, exactly as it is written; raises `ConfigurationError`.

    OpenID Connect Discovery section 3: https (http only to develop), no query and no
    fragment.
    """
    found = required(given, ISSUER)
    if not is_plain_url(found) or "?" in found or "#" in found:
        raise ConfigurationError(
            f"The issuer must be an http(s) URL without query, got {found!r}.",
            action=f"Copy it from 'issuer' in the server's discovery document to {ISSUER}.",
        )
    return found


def is_plain_url(text: str) -> bool:
    """Tell whether this is an absolute http(s) URL without user, blanks or fragment."""
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return named and "@" not in parts.netloc and not parts.fragment
