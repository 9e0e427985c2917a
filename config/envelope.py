"""What every request is given and every answer carries, whichever door serves it.

`config/middleware.py` is the door of all paths, `config/door.py` the short way of a few.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings

from config.context import RequestContext
from config.fields import uuid7
from config.paths import is_machine

JSON = "application/json"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_NUMBERED = re.compile(r"(https?:)//\[[0-9a-f:.]+\](:[0-9]{1,5})?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
ALONE = "same-origin"  # no window of another site knows it
_SIGNING_IN = (
    "/oauth/authorize",
    *("/account/login/", "/account/passkey/", "/account/signup/"),
    *("/account/verify/", "/account/verify-first/", "/account/reauthenticate/"),
    *("/account/2fa/authenticate/", "/account/2fa/required/"),
    *("/account/social/", "/account/connect/"),
)
# unfold's Alpine evaluates expressions and sets styles; no inline script, nothing from
# elsewhere.
_ADMIN_POLICY = _PAGE_POLICY.replace(
    "script-src 'self'", "script-src 'self' 'unsafe-eval'"
).replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


@dataclass(frozen=True)
class Answer:
    """What an endpoint says: JSON (or its bytes as they are), or None for no body.

    `code` is that of a refusal which the endpoint words itself.
    """

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None


def caller_of(meta: Mapping[str, Any]) -> RequestContext:
    """Return who calls, from a WSGI environ, with the request's id: theirs, or a new one.

    An id that could do harm in a header or in the log is replaced.
    """
    given = meta.get("HTTP_X_REQUEST_ID", "")
    agent = meta.get("HTTP_USER_AGENT", "")
    if not agent.isprintable():
        agent = "".join(c for c in agent if c.isprintable())
    return RequestContext(
        ip=address_of(meta),
        user_agent=agent[:256],
        request_id=given if _REQUEST_ID.fullmatch(given) else str(uuid7()),
        languages=meta.get("HTTP_ACCEPT_LANGUAGE", "")[:512],
    )


def address_of(meta: Mapping[str, Any]) -> str | None:
    """Return the caller's address.

    X-Forwarded-For counts only behind `TRUSTED_PROXIES` proxies, and then only the entry
    that the outermost of them wrote.
    """
    peer = meta.get("REMOTE_ADDR") or ""
    forwarded = meta.get("HTTP_X_FORWARDED_FOR", "")
    if settings.TRUSTED_PROXIES and forwarded.strip():
        hops = forwarded.split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            peer = _without_port(hops[-settings.TRUSTED_PROXIES].strip())
    return _address(peer)


@lru_cache(maxsize=4096)
def _address(peer: str) -> str | None:
    try:
        return str(ipaddress.ip_address(peer.partition("%")[0]))  # fe80::1%eth0
    except ValueError:
        return None


def _without_port(hop: str) -> str:
    """Return the address of `1.2.3.4:5` and `[::1]:5`: some proxies add the port."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def shielding(path: str) -> dict[str, str]:
    """Return what tells a browser how to treat an answer, unless its view said it.

    Strict by default, looser only for the console and for pages with forms.
    """
    found = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": _referrer(path),
        "Cross-Origin-Opener-Policy": _opener(path),
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Content-Security-Policy": _policy(path),
    }
    if age := settings.SECURE_HSTS_SECONDS:
        found["Strict-Transport-Security"] = f"max-age={age}; includeSubDomains"
    if path.startswith(("/api/v1/", "/account/", "/admin/", "/oauth/")):
        found["Cache-Control"] = "no-store"
    return found


def page_policy(form_action: str = "") -> str:
    """Return the policy of a page whose forms may also lead to `form_action`.

    That is an origin, or a scheme with its colon; anything else is left out. A policy
    cannot name an IPv6 address: its scheme stands for it.
    """
    numbered = _NUMBERED.fullmatch(form_action)
    named = numbered[1] if numbered else form_action
    if not (_ORIGIN.fullmatch(named) or _SCHEME.fullmatch(named)):
        return _PAGE_POLICY
    return _PAGE_POLICY.replace("form-action 'self'", f"form-action 'self' {named}")


def _opener(path: str) -> str:
    """Return whether a page stays tied to a window of another site that opened it.

    Pages of signing in, where operators chose so (ADR 0022). The page on which a click
    gives something away, consent, says `same-origin` itself.
    """
    tied = settings.POPUP_SIGN_IN and path.startswith(_SIGNING_IN)
    return "unsafe-none" if tied else ALONE


def _referrer(path: str) -> str:
    """Return what goes along when somebody leaves a page.

    Under `no-referrer` browsers post a form with `Origin: null`, which CSRF refuses. A page
    with a secret in its URL says `no-referrer` itself, as `accounts.pages.setup` does.
    """
    if path.startswith("/admin/"):
        return "same-origin"
    forms = path.startswith(("/account/", "/oauth/"))
    return "strict-origin" if forms else "no-referrer"


def _policy(path: str) -> str:
    if path.startswith("/admin/"):
        return _ADMIN_POLICY
    return _API_POLICY if is_machine(path) else _PAGE_POLICY


_write = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode


def encode(data: Any) -> bytes:
    """Return JSON as REST framework's renderer writes it: compact, and no script's end."""
    text = _write(data)
    if not text.isascii():
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode()
