"""The rules for the claims of every token of ours (RFC 7519 section 4.1, RFC 9068)."""

import time
from collections.abc import Iterable
from typing import Any

from django.conf import settings

SKEW_SECONDS = 1
LATEST = 253_402_300_799  # the last second of the year 9999
TEXTS = ("iss", "sub", "aud", "jti", "client_id", "sid", "tenant", "acr")
TIMES = ("exp", "iat", "nbf", "auth_time")
LISTS = ("roles", "permissions", "amr")


def check(
    claims: dict[str, Any],
    required: Iterable[str],
) -> None:
    """Check issuer, types and beginnings; raises `ValueError`. `exp` may be over."""
    if any(name not in claims for name in required):
        raise ValueError("a claim is missing")
    if claims["iss"] != settings.ISSUER:
        raise ValueError("another issuer")
    if not all(_is_text(claims[name]) for name in TEXTS if name in claims):
        raise ValueError("not a text")
    if not all(_is_time(claims[name]) for name in TIMES if name in claims):
        raise ValueError("not whole Unix seconds")
    if not all(_are_texts(claims[name]) for name in LISTS if name in claims):
        raise ValueError("not a list of texts")
    if not isinstance(claims.get("scope", ""), str):
        raise ValueError("not a text")
    if max(claims["iat"], claims.get("nbf", 0)) > time.time() + SKEW_SECONDS:
        raise ValueError("of the future")


def is_over(claims: dict[str, Any]) -> bool:
    """Tell whether a token with these checked claims has expired."""
    ends: int = claims["exp"]
    return ends + SKEW_SECONDS <= time.time()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_time(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LATEST  # True is an int too


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
