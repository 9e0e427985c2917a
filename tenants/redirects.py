"""Where browsers and our own calls may be sent on a client's word.

Each function returns the value, or raises `InvalidInput` that points at its field.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl

from config.errors import InvalidInput
from tenants import validation

_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]")
# What runs code, reads files or leaves the web in a browser that is sent there.
_DANGEROUS = frozenset(
    "about blob data file filesystem javascript mailto vbscript view-source ws wss".split()
)
_OURS = frozenset(("code", "error", "error_description", "iss", "response", "state"))


def redirect_uris(
    field: str,
    values: Sequence[str],
    *,
    native: bool,
) -> list[str]:
    """Return redirect URIs that can be matched exactly (RFC 9700 section 2.1).

    https, or http on loopback; a native application may also use a private-use scheme
    with a dot in it (RFC 8252 section 7.1). Two that differ only in the case of scheme
    and host are one.
    """
    validation.once(field, values)
    for value in values:
        fault = _fault(value, native=native)
        if fault:
            which = f"{value[:100]}: " if len(values) > 1 else ""
            raise InvalidInput.at(field, detail=which + fault)
    if len({_normal(value) for value in values}) != len(values):
        raise InvalidInput.at(
            field,
            code="duplicate",
            detail="Two entries differ only in the case of scheme and host.",
        )
    return list(values)


def _normal(value: str) -> str:
    head, mark, tail = value.partition("://")
    if not mark:
        scheme, _, path = value.partition(":")
        return f"{scheme.lower()}:{path}"
    host = re.split(r"[/?]", tail, maxsplit=1)[0]
    return f"{head.lower()}://{host.lower()}{tail[len(host):]}"


def _fault(
    value: str,
    *,
    native: bool,
) -> str:
    """Say what is wrong with a redirect URI; "" where nothing is."""
    parts = validation.split(value)
    if parts is None or "#" in value or "*" in value or "@" in parts.netloc:
        return _EXPECTED
    if parts.scheme in _DANGEROUS:
        return f"The scheme {parts.scheme} is never allowed."
    if not (is_call(parts) or (native and _is_private(value, parts))):
        return _EXPECTED
    if _BROKEN.search(value) or _climbs(parts.path):
        return "Dot segments, control characters and broken escapes are not allowed."
    asked = {name.lower() for name, _ in parse_qsl(parts.query, True)}
    if asked & _OURS:
        return f"Its query may not hold what we add: {', '.join(sorted(_OURS))}."
    return ""


_EXPECTED = (
    "Expected an exact https URI (or http on loopback) without fragment, user or wildcard;"
    " native applications may use a scheme such as com.example.app:/."
)


def _is_private(
    value: str,
    parts: SplitResult,
) -> bool:
    """Whether it is a private-use scheme followed by a slash (RFC 8252 section 7.1)."""
    after = value[len(parts.scheme) :]
    return bool(_PRIVATE_SCHEME.fullmatch(parts.scheme)) and after.startswith(":/")


def _climbs(path: str) -> bool:
    """Whether a segment is `.` or `..`, escaped or not (RFC 3986 section 6.2.2)."""
    plain = re.sub("%2e", ".", path, flags=re.IGNORECASE)
    plain = re.sub("%2f|%5c", "/", plain, flags=re.IGNORECASE)
    return any(segment in (".", "..") for segment in plain.split("/"))


def endpoint(
    field: str,
    value: str,
) -> str:
    """Return a URL that we call ourselves: https, or http on loopback; "" stays.

    It has no fragment (OpenID Connect Back-Channel Logout 1.0 section 2.2) and no user.
    What its name resolves to is checked when it is called, not here.
    """
    parts = validation.split(value)
    plain = parts is not None and "#" not in value and "@" not in parts.netloc
    if value and not (plain and parts and is_call(parts) and not _BROKEN.search(value)):
        raise InvalidInput.at(
            field,
            detail="Expected an https URL (or http on loopback) without fragment or user,"
            " up to 255 characters.",
        )
    return value


def is_call(parts: SplitResult) -> bool:
    """Whether it is https to a well-formed host, or http to this machine's own."""
    secure = parts.scheme == "https"
    local = parts.scheme == "http" and validation.is_loopback(parts)
    return (secure or local) and _has_host(parts)


def _has_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if parts.netloc.endswith(":") or parts.port == 0 or "%" in parts.netloc:
        return False
    if "[" not in parts.netloc:
        return all(_LABEL.fullmatch(label) for label in host.split("."))
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False
