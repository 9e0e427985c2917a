"""One question to a provider and its answer: JSON, within bounds, or a fault.

Few threads of a process wait for providers at once, and fewer for one of them: a provider
that hangs keeps nobody else from signing in.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from config import outbound
from config.slots import Slots
from social.errors import ProviderUnavailable, UpstreamFault
from social.models import Connection

SECONDS = 5.0  # for one call
_FORM = "application/x-www-form-urlencoded"
_AGAIN_SECONDS = 2
_TOKEN = re.compile(r"[\x20-\x7e]+")  # RFC 6749 appendix A.12
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")
_bounds = outbound.Bounds(seconds=SECONDS, waits=True)
_waiting = Slots(max(3, settings.WEB_THREADS // 4))


@contextmanager
def place(connection: Connection) -> Iterator[None]:
    """Hold one of the places of those who wait for a provider.

    Raises `ProviderUnavailable` at once where none is free. Never inside a transaction.
    """
    owner = str(connection.pk)
    if not _waiting.take(owner):
        raise ProviderUnavailable(retry_after=_AGAIN_SECONDS)
    try:
        yield
    finally:
        _waiting.leave(owner)


def ask(
    check: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Return the JSON that a URL answers a GET with, or a POST of `form`.

    Whatever is no good answer raises `UpstreamFault` with `check`, what was asked.
    """
    body = urlencode(form).encode() if form is not None else None
    known = {"Accept": "application/json", **(headers or {})}
    if body is not None:
        known["Content-Type"] = _FORM
    method = "GET" if body is None else "POST"
    try:
        reply = outbound.fetch(method, url, body=body, headers=known, bounds=_bounds)
    except outbound.OutboundRefused as refusal:
        raise UpstreamFault(check, refusal.reason or "no answer") from None
    return _read(check, reply)


def exchange(
    url: str,
    form: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what a token endpoint answers, an access token in it. Raises `UpstreamFault`."""
    found = ask("token", url, form=form, headers=headers)
    if not _TOKEN.fullmatch(text_of(found, "access_token")):
        raise UpstreamFault("token", "no access token")
    return dict(found)


def _read(
    check: str,
    reply: outbound.Reply,
) -> Any:
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise UpstreamFault(check, f"status {reply.status}, no JSON") from None
    told = found.get("error") if isinstance(found, dict) else None
    if told or reply.status != 200:
        raise UpstreamFault(check, _said(told, reply.status))
    return found


def _said(
    told: Any,
    status: int,
) -> str:
    if isinstance(told, dict):  # Facebook
        told = told.get("type")
    return word_of(told) or f"status {status}"


def word_of(told: Any) -> str:
    """Return what somebody says went wrong: a word of the protocol, nothing else."""
    return told if isinstance(told, str) and _WORD.fullmatch(told) else ""


def text_of(
    found: Any,
    name: str,
) -> str:
    """Return a member that is text, or ""."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
