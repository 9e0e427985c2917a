"""What names, addresses and scopes of tenants, APIs and applications may look like.

Each function returns the value, or raises `InvalidInput` that points at its field. They
take whatever a door hands them: commands and the console come here too.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from config.errors import InvalidInput
from config.serializers import is_storable

RESERVED_SCOPES = ("account", "manage")
OIDC_SCOPES = ("openid", "profile", "email", "roles", "offline_access")
MAX_ENTRIES = 100
MAX_API_PERMISSIONS = 50
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,64}")  # RFC 6749 section 3.3
_URI = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+")
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,31}:[^#?]+", re.IGNORECASE)
_UNSEEN = ("Cc", "Cf", "Co", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # some scripts cannot do without them
_ROLE = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?")


def slug(value: str) -> str:
    """Return a tenant's slug: lower-case letters, digits and inner hyphens, up to 63."""
    if not _SLUG.fullmatch(value):
        raise InvalidInput.at(
            "slug",
            detail="Expected 1 to 63 lower-case letters, digits or inner hyphens.",
        )
    return value


def text(
    field: str,
    value: str,
    *,
    maximum: int = 150,
    blank: bool = False,
) -> str:
    """Return a line for people without surrounding space.

    Nothing unseen is in it that turns the direction of what follows, breaks the line, or
    makes two names look the same: people decide by it whom to trust.
    """
    cleaned = value.strip()
    if not is_storable(value) or any(map(_is_unseen, cleaned)):
        raise InvalidInput.at(field, detail="Control characters are not allowed.")
    if len(cleaned) > maximum or not (cleaned or blank):
        least = 0 if blank else 1
        raise InvalidInput.at(
            field, detail=f"Expected {least} to {maximum} characters."
        )
    return cleaned


def _is_unseen(character: str) -> bool:
    category = unicodedata.category(character)
    return category in _UNSEEN and character not in _JOINERS


def role_name(value: str) -> str:
    """Return a role's name: 1 to 64 characters, no control characters."""
    if not is_storable(value) or not _ROLE.fullmatch(value):
        raise InvalidInput.at(
            "name",
            detail="Expected 1 to 64 characters without control characters or outer space.",
        )
    return value


def choice(
    field: str,
    value: str,
    among: Iterable[str],
) -> str:
    """Return a value that is one of `among`."""
    allowed = sorted(among)
    if value not in allowed:
        raise InvalidInput.at(field, detail=f"Expected one of {', '.join(allowed)}.")
    return value


def split(value: str) -> SplitResult | None:
    """Return an absolute URI in its parts; None for what is none (RFC 3986)."""
    if len(value) > 255 or not _URI.fullmatch(value):
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme else None


def is_loopback(parts: SplitResult) -> bool:
    """Whether its host is this machine, by address or as `localhost`."""
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def identifier(value: str) -> str:
    """Return an API's identifier: an absolute http(s) URL or a URN, never one of ours."""
    parts = split(value)
    web = parts is not None and parts.scheme in ("http", "https") and parts.hostname
    plain = parts is not None and "#" not in value and parts.username is None
    if not plain or not (web or _URN.fullmatch(value)):
        raise InvalidInput.at(
            "identifier",
            detail="Expected an absolute http(s) URL or URN without fragment, up to 255.",
        )
    if _is_ours(value):
        raise InvalidInput.at(
            "identifier",
            code="reserved",
            detail="Identifiers below the issuer are reserved.",
        )
    return value


def _is_ours(value: str) -> bool:
    """Whether `value` is the issuer or below it, in any spelling of scheme and host."""
    given, issuer = urlsplit(value), urlsplit(settings.ISSUER)
    ports = {"http": 80, "https": 443}
    here, there = ((p.hostname, p.port or ports.get(p.scheme)) for p in (given, issuer))
    base = issuer.path.rstrip("/") + "/"
    return here == there and (given.path.rstrip("/") + "/").startswith(base)


def scope_names(
    field: str,
    names: Sequence[str],
    *,
    reserved: bool = False,
) -> list[str]:
    """Return scope tokens, each once; `account` and `manage` only where `reserved`.

    Those of OpenID Connect are about people, and no API's.
    """
    once(field, names)
    for name in names:
        if not _SCOPE.fullmatch(name):
            raise InvalidInput.at(
                field, detail="A scope is 1 to 64 visible ASCII characters, no quotes."
            )
        if name in OIDC_SCOPES or (name in RESERVED_SCOPES and not reserved):
            raise InvalidInput.at(
                field, code="reserved", detail=f"The scope {name} is reserved."
            )
    return list(names)


def api_permissions(values: Sequence[str]) -> list[str]:
    """Return what a role allows at its tenant's APIs: up to 50, sorted, each once."""
    for value in values:
        if not _SCOPE.fullmatch(value):
            raise InvalidInput.at(
                "api_permissions",
                detail="A permission is 1 to 64 visible ASCII characters, no quotes.",
            )
    wanted = sorted(set(values))
    if len(wanted) > MAX_API_PERMISSIONS:
        raise InvalidInput.at(
            "api_permissions",
            detail=f"Expected at most {MAX_API_PERMISSIONS} permissions.",
        )
    return wanted


def once(
    field: str,
    values: Sequence[str],
) -> None:
    """Refuse a list that is too long or holds an entry twice."""
    if len(values) > MAX_ENTRIES:
        raise InvalidInput.at(field, detail=f"Expected at most {MAX_ENTRIES} entries.")
    if len(set(values)) != len(values):
        raise InvalidInput.at(field, code="duplicate", detail="An entry stands twice.")


def origins(values: Sequence[str]) -> list[str]:
    """Return web origins exactly as browsers send them (RFC 6454 section 6.2)."""
    once("allowed_origins", values)
    for value in values:
        parts = split(value)
        fits = parts is not None and "*" not in value and "@" not in value
        if not fits or parts is None or not _is_origin(value, parts):
            raise InvalidInput.at(
                "allowed_origins",
                detail="Expected an origin such as https://app.example.com, no path.",
            )
    return list(values)


def _is_origin(
    value: str,
    parts: SplitResult,
) -> bool:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    exact = value == f"{parts.scheme}://{parts.netloc}" and value == value.lower()
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts))
    return bool(exact and secure and parts.hostname and parts.port != default)


def page(
    field: str,
    value: str,
) -> str:
    """Return the https URL of a page for people; "" stays."""
    parts = split(value)
    plain = parts is not None and parts.username is None and "@" not in parts.netloc
    if value and not (plain and parts and parts.scheme == "https" and parts.hostname):
        raise InvalidInput.at(
            field, detail="Expected an https URL without user, up to 255 characters."
        )
    return value


def seconds(
    field: str,
    value: int | None,
    maximum: int,
) -> int | None:
    """Return a lifetime between 1 and `maximum`; None takes the instance's."""
    if value is not None and not 1 <= value <= maximum:
        raise InvalidInput.at(field, detail=f"Expected 1 to {maximum} seconds.")
    return value
