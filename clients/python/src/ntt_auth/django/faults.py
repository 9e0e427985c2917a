"""What only the operator of this site can mend: told once in the log, until it is mended."""

import logging
import threading

from ntt_auth.django import conf
from ntt_auth.errors import ConfigurationError, ServerUnavailable

_log = logging.getLogger("ntt_auth.django")
_guard = threading.Lock()
_told: set[str] = set()
_CORRECT_CLIENT = (
    "Correct CLIENT_ID and CLIENT_SECRET in NTT_AUTH, or the variables NTT_AUTH_CLIENT_ID"
    " and NTT_AUTH_CLIENT_SECRET: was the secret replaced there?"
)
NAME_SCOPES = (
    "Name what this site needs at AUDIENCE in SCOPE of NTT_AUTH, beside openid: the client"
    " is not a first-party one, may not refresh, or may not have that audience."
)


def tell(error: ConfigurationError) -> ServerUnavailable:
    """Log that the issuer refuses this client; return the outage that this is for others."""
    with _guard:
        is_new = error.code not in _told
        _told.add(error.code)
    if is_new:
        advice = NAME_SCOPES if error.code == "invalid_target" else _CORRECT_CLIENT
        issuer = conf.options().issuer
        _log.error("%s refuses this client (%s). %s", issuer, error.code, advice)
    return ServerUnavailable("The issuer refuses this site.")


def mended() -> None:
    """Tell it again when it comes again."""
    with _guard:
        _told.clear()
