"""Paths of the REST API, whose parts may come from strangers."""

import re
from typing import Union
from urllib.parse import quote, urlsplit
from uuid import UUID

from ntt_auth import settings
from ntt_auth.errors import BadRequest, ConfigurationError

Id = Union[str, UUID]

API = "/api/v1"
TOKEN = "/oauth/token"
# No id of the server holds any of these; servers and proxies on the way read them anew.
_FORBIDDEN = re.compile(r"[/\\?#%\x00-\x20\x7f]")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


def path(*parts: Id) -> str:
    """Return the path of a call, with its parts encoded.

    Raises `BadRequest`, before anything is sent, for a part that can be no id: an empty
    one, one of dots, one with a slash, a question mark, a hash or a percent sign.
    """
    return API + "".join(f"/{_encoded(part)}" for part in parts)


def _encoded(part: object) -> str:
    text = str(part) if isinstance(part, UUID) else part
    if not isinstance(text, str) or not text or set(text) == {"."}:
        raise _no_id()
    if _FORBIDDEN.search(text):
        raise _no_id()
    try:
        return quote(text, safe="@:")
    except UnicodeEncodeError:
        raise _no_id() from None


def _no_id() -> BadRequest:
    return BadRequest(
        "Expected an id, got nothing or characters that no id has.",
        status=400,
        code="invalid_input",
    )


def issuer_of(given: str | None) -> str:
    """Return the issuer without a slash at its end; None reads `NTT_AUTH_ISSUER`.

    Secrets are sent there: raises `ConfigurationError` unless it is https, or http on
    the loopback.
    """
    found = settings.issuer_url(given)
    parts = urlsplit(found)
    if parts.scheme != "https" and not _LOOPBACK.fullmatch(parts.hostname or ""):
        raise ConfigurationError(
            f"The issuer must be https (http on the loopback only), got {found!r}."
        )
    return found.rstrip("/")
