"""Webhooks that are genuine (Standard Webhooks, symmetric signatures)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ntt_auth.errors import ConfigurationError, WebhookInvalid

__all__ = ["WebhookInvalid", "verify"]

TOLERANCE = 300  # seconds, into the past and into the future
_PREFIX = "whsec_"
_MOST_SIGNATURES = 20


def verify(
    headers: Mapping[str, str],
    body: bytes | str,
    secret: str | Sequence[str],
) -> Any:
    """Return the event of a webhook that is genuine and of the last five minutes.

    `headers` are the request's, in any case. `body` is what came, byte for byte: parsed
    and written again it has another signature. `secret` is base64, after "whsec_"; or
    several, while one replaces another. The header `webhook-id` is the same in a
    repetition: keep it to do the work once.

    Raises `WebhookInvalid`, and `ConfigurationError` for what is no secret.
    """
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ConfigurationError("There is no webhook secret.")
    keys = [_key(one) for one in secrets]
    lower = {str(name).lower(): value for name, value in headers.items()}
    sent_id, sent_at = _header(lower, "webhook-id"), _header(lower, "webhook-timestamp")
    given = _signatures(_header(lower, "webhook-signature"))
    _check_time(sent_at)
    raw = body.encode() if isinstance(body, str) else bytes(body)
    signed = f"{sent_id}.{sent_at}.".encode() + raw
    if not _is_signed(signed, keys, given):
        raise WebhookInvalid("No signature fits the body and the secret.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise WebhookInvalid("Expected a body of JSON.") from None


def _header(
    headers: Mapping[str, str],
    name: str,
) -> str:
    found = headers.get(name)
    if not isinstance(found, str) or not found or not found.isascii():
        raise WebhookInvalid(f"Expected the header {name}.")
    return found


def _check_time(sent_at: str) -> None:
    if not sent_at.isdigit() or len(sent_at) > 12:
        raise WebhookInvalid("Expected Unix seconds in webhook-timestamp.")
    if abs(time.time() - int(sent_at)) > TOLERANCE:
        raise WebhookInvalid(f"Expected a webhook of the last {TOLERANCE} seconds.")


def _signatures(header: str) -> list[bytes]:
    """Return those of version 1; others (such as v1a, of key pairs) are passed over."""
    pairs = [one.partition(",") for one in header.split(" ")[:_MOST_SIGNATURES]]
    found = [_decoded(value) for version, _, value in pairs if version == "v1"]
    return [one for one in found if one is not None]


def _is_signed(
    signed: bytes,
    keys: Sequence[bytes],
    given: Sequence[bytes],
) -> bool:
    """Tell whether any key made any signature, in constant time for each pair."""
    wanted = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    return any([hmac.compare_digest(w, g) for w in wanted for g in given])


def _key(secret: str) -> bytes:
    found = _decoded(secret.removeprefix(_PREFIX)) if isinstance(secret, str) else None
    if found is None or len(found) < 16:
        raise ConfigurationError(
            "A webhook secret must be base64, after whsec_, of at least 16 bytes."
        )
    return found


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
