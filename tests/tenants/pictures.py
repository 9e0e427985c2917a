"""The smallest pictures of each kind, made by hand."""

import struct
import zlib


def png(
    width: int = 2,
    height: int = 2,
    *extra: tuple[bytes, bytes],
) -> bytes:
    """Return a grey PNG; `extra` are further chunks (name, data)."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    parts = [(b"IHDR", head), *extra, (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(
    name: bytes,
    data: bytes,
) -> bytes:
    crc = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + crc


def jpeg(
    width: int = 2,
    height: int = 2,
) -> bytes:
    """Return the frame of a JPEG: enough for whoever decodes nothing."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    return (
        b"\xff\xd8"
        + (b"\xff\xe0\x00\x04ab")
        + (b"\xff\xc0" + frame)
        + (b"\xff\xda" + scan + b"\x12\xff\x00\x34\xff\xd0\x56")
        + b"\xff\xd9"
    )


def webp(
    width: int = 2,
    height: int = 2,
    kind: bytes = b"VP8L",
) -> bytes:
    """Return the container of a WebP picture."""
    if kind == b"VP8L":
        bits = (width - 1) | (height - 1) << 14
        data = b"\x2f" + struct.pack("<I", bits) + b"\0"
    elif kind == b"VP8X":
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        data = b"\0\0\0\0" + sides
    else:
        data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    chunk = kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk
