"""Logos: PNG, JPEG and WebP, looked at byte by byte without decoding a picture.

SVG is refused: it is a document with scripts. A file must be what it says from its first
byte to its last: what is appended to a picture can be a page or an archive.
"""

import struct
import zlib
from collections.abc import Callable

from config.errors import InvalidInput

MOST_BYTES = 48_000  # in base64 a body below the API's 64 KiB
MOST_PIXELS = 1024
TYPES = ("image/png", "image/jpeg", "image/webp")
_PNG = b"\x89PNG\r\n\x1a\n"
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # JPEG markers without a length
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})


class _Broken(Exception):
    """The bytes are not a whole picture of the kind."""


def checked(
    data: bytes,
    content_type: str,
) -> bytes:
    """Return a picture that may be served as `content_type`.

    Raises `InvalidInput` at `content_type` or `data`.
    """
    if content_type not in TYPES:
        raise InvalidInput.at(
            "content_type",
            detail=f"Expected one of {', '.join(TYPES)}; SVG can hold scripts.",
        )
    if not 0 < len(data) <= MOST_BYTES:
        raise InvalidInput.at("data", detail=f"Expected 1 to {MOST_BYTES} bytes.")
    try:
        width, height = _SIZES[content_type](data)
    except (_Broken, struct.error, IndexError):
        kind = content_type.removeprefix("image/")
        raise InvalidInput.at(
            "data", detail=f"These bytes are not one whole {kind} picture."
        ) from None
    if not (1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS):
        raise InvalidInput.at(
            "data",
            detail=f"It is {width} by {height} pixels; at most {MOST_PIXELS} each.",
        )
    return data


def kind_of(data: bytes) -> str:
    """Return the content type that the first bytes tell; "" for none of ours."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _png(data: bytes) -> tuple[int, int]:
    """Walk the chunks (PNG third edition, 5.3): IHDR first, IEND last, each intact."""
    if not data.startswith(_PNG):
        raise _Broken
    at, names = len(_PNG), []
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _Broken
        (told,) = struct.unpack_from(">I", data, end - 4)
        if told != zlib.crc32(data[at + 4 : end - 4]):
            raise _Broken
        names.append(name)
        at = end
        if name == b"IEND":
            break
    if at != len(data) or names[0] != b"IHDR" or names[-1] != b"IEND":
        raise _Broken
    if b"IDAT" not in names:
        raise _Broken
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    """Walk the segments (ITU T.81, B.1) to an end that is the file's."""
    if not data.startswith(b"\xff\xd8"):
        raise _Broken
    at, size = 2, (0, 0)
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            if at + 2 != len(data) or size == (0, 0):
                raise _Broken
            return size
        if marker in _BARE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        at += 2 + max(length, 2)
        if marker == 0xDA:
            at = _after_scan(data, at)
    raise _Broken


def _after_scan(
    data: bytes,
    at: int,
) -> int:
    """Return where the marker after compressed data stands."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _Broken
        if data[at + 1] != 0 and data[at + 1] not in _BARE:
            return at
        at += 2


def _webp(data: bytes) -> tuple[int, int]:
    """Read the container (RFC 9649, 2.3 to 2.7) and the size in its first chunk."""
    riff, size, form, name = struct.unpack_from("<4sI4s4s", data, 0)
    if riff != b"RIFF" or form != b"WEBP" or size + 8 != len(data):
        raise _Broken
    at = 12
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        at += 8 + length + length % 2
    if at != len(data):
        raise _Broken
    if name == b"VP8X":
        wide = int.from_bytes(data[24:27], "little") + 1
        return wide, int.from_bytes(data[27:30], "little") + 1
    if name == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        wide, high = struct.unpack_from("<HH", data, 26)
        return wide & 0x3FFF, high & 0x3FFF
    raise _Broken


_SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
