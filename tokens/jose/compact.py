"""A signed token taken apart (RFC 7515 section 7.1), before anything of it is believed.

base64url and JSON have one spelling only here: what two readers could read differently is
refused (RFC 8725 sections 2.4, 3.7; RFC 7493). The SDKs in `clients/` read alike.
"""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from math import isfinite
from typing import Any

DEEPEST = 64  # objects and lists within each other
LONGEST_INTEGER = 20  # characters
COMPACT = re.compile(
    r"([A-Za-z0-9_-]{2,2048})\.([A-Za-z0-9_-]{2,8192})\.([A-Za-z0-9_-]{2,1024})"
)
# The last character of a group of 2 or 3 must carry no bits that decoding drops.
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


@dataclass(frozen=True)
class Compact:
    """The parts of a token; `signed` is what the signature is over."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def take_apart(token: Any) -> Compact:
    """Return the parts of a compact JWS; raises `ValueError`. Nothing is verified."""
    found = COMPACT.fullmatch(token) if isinstance(token, str) else None
    if found is None:
        raise ValueError("not a compact JWS")
    header, payload, signature = map(_decode, found.groups())
    signed = token[: found.end(2)].encode()
    return Compact(read_object(header), payload, signed, signature)


def read_object(raw: bytes) -> dict[str, Any]:
    """Return a JSON object (RFC 8259): UTF-8 only, no member twice, no endless number.

    Raises `ValueError`.
    """
    try:
        found = _JSON.decode(raw.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if type(found) is not dict:
        raise ValueError("not a JSON object")
    if raw.count(b"{") + raw.count(b"[") > DEEPEST:
        _refuse_deep(found, DEEPEST)
    if b"\\u" in raw:  # half a surrogate pair can be written so, and is no text
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _decode(text: str) -> bytes:
    odd = len(text) % 4
    if odd == 1 or (odd and text[-1] not in _LAST[odd]):
        raise ValueError("not canonical base64url")
    return urlsafe_b64decode(text + "=" * (-odd % 4))


def _refuse_deep(
    value: Any,
    left: int,
) -> None:
    if not isinstance(value, dict | list):
        return
    if not left:
        raise ValueError("nested too deeply")
    for inner in value.values() if isinstance(value, dict) else value:
        _refuse_deep(inner, left - 1)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _number(text: str) -> float:
    found = float(text)
    if not isfinite(found):
        raise ValueError("a number is out of range")
    return found


def _integer(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise ValueError("a number is out of range")
    return int(text)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_JSON = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_float=_number,
    parse_int=_integer,
    parse_constant=_constant,
)
