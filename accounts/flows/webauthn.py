"""What we ask of a passkey's answer before allauth and fido2 look at it (WebAuthn 3).

The RP id is the issuer's host; the origin has to be the issuer's exactly, where fido2 alone
would take any subdomain. An IP address is no RP id: an issuer on one has no passkeys.
"""

import ipaddress
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from fido2.utils import websafe_decode

from accounts.errors import CredentialInvalid, PasskeysUnavailable
from config.errors import ServiceError

logger = logging.getLogger(__name__)
MOST_CHARACTERS = 32_768
_FIELDS = {
    "clientDataJSON",
    "authenticatorData",
    "signature",
    "userHandle",
    "attestationObject",
}


def is_possible() -> bool:
    """Tell whether this issuer can have passkeys."""
    host = urlsplit(settings.ISSUER).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def require_possible() -> None:
    """Raise `PasskeysUnavailable` where the issuer's host is an IP address."""
    if not is_possible():
        raise PasskeysUnavailable


def is_ours(credential: Any) -> bool:
    """Tell whether a credential is well-formed and was made on a page of the issuer."""
    data = _client_data(credential)
    issuer = urlsplit(settings.ISSUER)
    ours = f"{issuer.scheme}://{issuer.netloc}"
    return data.get("origin") == ours and not data.get("crossOrigin")


@contextmanager
def reading() -> Iterator[None]:
    """Have a credential parsed: whatever that raises is a `CredentialInvalid`.

    It is CBOR, keys and signatures that a stranger chose, and fido2 raises what its parts do.
    """
    try:
        yield
    except (ServiceError, DatabaseError):
        raise
    except Exception as fault:
        logger.info("a credential could not be read: %s", type(fault).__name__)
        raise CredentialInvalid from None


def user_handle(credential: Any) -> str:
    """Return whose passkey it says it is: the hex of a user's id; "" for none."""
    if not _is_well_formed(credential):
        return ""
    try:
        return websafe_decode(credential["response"].get("userHandle") or "").decode()
    except ValueError:
        return ""


def _client_data(credential: Any) -> dict[str, Any]:
    if not _is_well_formed(credential):
        return {}
    try:
        raw = websafe_decode(credential["response"].get("clientDataJSON") or "")
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_well_formed(credential: Any) -> bool:
    """Tell whether it has the form of the JSON that browsers make: only text inside."""
    if not isinstance(credential, dict) or credential.get("type") != "public-key":
        return False
    response = credential.get("response")
    if not isinstance(response, dict):
        return False
    texts = [credential.get("id"), credential.get("rawId")]
    texts += [response[name] for name in _FIELDS if response.get(name) is not None]
    return all(
        isinstance(text, str) and text.isascii() and len(text) < MOST_CHARACTERS
        for text in texts
    )
