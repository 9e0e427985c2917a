"""What a provider says of itself (OpenID Connect Discovery 1.0 section 4), kept a while."""

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from config.networks import is_own_machine
from social import providers
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import calls

FRESH_SECONDS = 600.0
FAILED_SECONDS = 10.0
KEPT_SECONDS = 86400.0
CHECK = "discovery"
_PATH = "/.well-known/openid-configuration"
_MICROSOFT = "login.microsoftonline.com"
_URL = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2048}")


@dataclass(frozen=True)
class Metadata:
    """Where a provider is asked what. `issuer` may hold Microsoft's `{tenantid}`."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    token_methods: tuple[str, ...]


@dataclass
class _Kept:
    issuer: str
    metadata: Metadata | None = None
    reason: str = "no answer"
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    asking: threading.Lock = field(default_factory=threading.Lock)


_kept: dict[UUID, _Kept] = {}
_lock = threading.Lock()


def of(connection: Connection) -> Metadata:
    """Return what a connection's provider says of itself, from this process's memory if new.

    Where it does not answer, what it said within a day. Who comes while it is asked waits
    for that answer. Raises `UpstreamFault`.
    """
    issuer = providers.issuer_of(connection)
    with _lock:
        kept = _kept.get(connection.pk)
        if kept is None or kept.issuer != issuer:
            kept = _kept[connection.pk] = _Kept(issuer)
    with kept.asking:
        return _current(kept)


def _current(kept: _Kept) -> Metadata:
    now = time.monotonic()
    fresh = kept.metadata is not None and now - kept.fetched_at < FRESH_SECONDS
    if not fresh and now - kept.tried_at > FAILED_SECONDS:
        try:
            kept.metadata = read(kept.issuer)
            kept.fetched_at = time.monotonic()
        except UpstreamFault as fault:
            kept.reason, kept.tried_at = fault.reason, time.monotonic()
    if kept.metadata is None or now - kept.fetched_at > KEPT_SECONDS:
        raise UpstreamFault(CHECK, kept.reason)
    return kept.metadata


def read(issuer: str) -> Metadata:
    """Ask a provider what it says of itself. Raises `UpstreamFault`."""
    found = calls.ask(CHECK, f"{issuer}{_PATH}")
    told = calls.text_of(found, "issuer")
    if told.rstrip("/") != issuer and not _is_a_directory(issuer, told):
        raise UpstreamFault(CHECK, "it names another issuer")
    methods = found.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=told,
        authorization_endpoint=_url(found, "authorization_endpoint"),
        token_endpoint=_url(found, "token_endpoint"),
        jwks_uri=_url(found, "jwks_uri"),
        userinfo_endpoint=_url(found, "userinfo_endpoint", required=False),
        token_methods=tuple(methods) if isinstance(methods, list) else (),
    )


def _is_a_directory(
    issuer: str,
    told: str,
) -> bool:
    """Tell whether it is Microsoft's, which names a directory by its id, or none."""
    place = f"https://{_MICROSOFT}/"
    return issuer.startswith(place) and told.startswith(place)


def _url(
    found: Any,
    name: str,
    required: bool = True,
) -> str:
    url = calls.text_of(found, name)
    if _is_url(url):
        return url
    if required or url:
        raise UpstreamFault(CHECK, f"{name} is no https URL")
    return ""


def _is_url(url: str) -> bool:
    """Tell whether a browser, or we, may be sent there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    plain = _URL.fullmatch(url) and host and "@" not in parts.netloc and "#" not in url
    own = parts.scheme == "http" and is_own_machine(host or "")
    return bool(plain) and (parts.scheme == "https" or own)


def forget() -> None:
    """Drop what is kept (tests)."""
    _kept.clear()
