"""base64url and JSON, each value in one spelling only."""

import json
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from math import isfinite
from typing import Any

# `a2b_base64` passes over "!" and what else it does not know: the length then tells.
_STANDARD = bytes(
    (
        ord("+")
        if chr(byte) == "-"
        else (
            ord("/")
            if chr(byte) == "_"
            else byte if chr(byte).isalnum() and byte < 128 else ord("!")
        )
    )
    for byte in range(256)
)
# The last character of a group of 2 or 3 must carry no bits that decoding drops.
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}
DEEPEST = 64  # objects and lists within each other
_SPACE = " \t\n\r"  # RFC 8259 section 2
_PADDING = (b"", b"===", b"==", b"=")


def decode(text: str) -> bytes:
    """Return the bytes of unpadded, canonical base64url (RFC 4648 section 5).

    Raises `ValueError`.
    """
    if not isinstance(text, str):
        raise ValueError("not text")
    odd = len(text) % 4
    if odd == 1 or (odd and text[-1] not in _LAST[odd]):
        raise ValueError("not canonical base64url")
    found = a2b_base64(text.encode("ascii").translate(_STANDARD) + _PADDING[odd])
    if len(found) != len(text) * 3 // 4:
        raise ValueError("not base64url")
    return found


def encode(raw: bytes) -> str:
    """Return unpadded base64url."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_object(raw: bytes) -> dict[str, Any]:
    """Return a JSON object (RFC 8259, I-JSON): no member twice, no NaN, UTF-8 only.

    Objects and lists stand within each other 64 deep at most.

    Raises `ValueError`.
    """
    text = raw.decode().strip(_SPACE)
    try:
        found, end = _DECODER.raw_decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if type(found) is not dict or end != len(text):
        raise ValueError("not a JSON object")
    if raw.count(b"{") + raw.count(b"[") > DEEPEST:
        _refuse_deep(found, DEEPEST)
    if b"\\u" in raw:  # half a surrogate pair can be written so, and is no text
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _refuse_deep(
    value: Any,
    left: int,
) -> None:
    if not isinstance(value, (dict, list)):
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
    if len(text) > 20:
        raise ValueError("a number is out of range")
    return int(text)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_float=_number,
    parse_int=_integer,
    parse_constant=_constant,
)
