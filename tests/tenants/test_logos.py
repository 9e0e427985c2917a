"""A logo is one whole small picture of the kind it says, and nothing else."""

import pytest

from config.errors import InvalidInput
from tenants.logos import MOST_BYTES, checked, kind_of
from tests.tenants.pictures import jpeg, png, webp

PAGE = b"<script>alert(1)</script>"
WHOLE = [
    (png(), "image/png"),
    (png(2, 2, (b"tEXt", b"a\0b")), "image/png"),
    (jpeg(), "image/jpeg"),
    (webp(), "image/webp"),
    (webp(kind=b"VP8X"), "image/webp"),
    (webp(kind=b"VP8 "), "image/webp"),
    (png(1024, 1024), "image/png"),
]


@pytest.mark.parametrize(("data", "kind"), WHOLE)
def test_a_picture_is_taken(
    data: bytes,
    kind: str,
) -> None:
    assert checked(data, kind) == data
    assert kind_of(data) == kind


@pytest.mark.parametrize(("data", "kind"), WHOLE)
def test_neither_a_part_nor_more_than_a_picture_is(
    data: bytes,
    kind: str,
) -> None:
    for broken in (
        data[:-1],
        data[: len(data) // 2],
        data + PAGE,
        data + b"PK\x03\x04",
    ):
        with pytest.raises(InvalidInput, match="not one whole"):
            checked(broken, kind)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PAGE, "image/png"),
        (b"GIF89a" + PAGE, "image/png"),
        (b"\x89PNG\r\n\x1a\n" + PAGE, "image/png"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (png().replace(b"IDAT", b"IDAX"), "image/png"),
        (png()[:33] + png()[-12:], "image/png"),
        (b"\xff\xd8" + PAGE, "image/jpeg"),
        (b"\xff\xd8\xff\xd9", "image/jpeg"),
        (b"\xff\xd8\xff\xfe\xff\xff" + PAGE, "image/jpeg"),
        (b"RIFF\x0c\0\0\0WEBPVP8L\0\0\0\0", "image/webp"),
        (webp().replace(b"VP8L", b"ABCD"), "image/webp"),
        (b"RIFF", "image/webp"),
        (jpeg(), "image/png"),
        (png(), "image/webp"),
    ],
)
def test_other_bytes_are_refused_at_their_field(
    data: bytes,
    kind: str,
) -> None:
    with pytest.raises(InvalidInput, match="not one whole") as refused:
        checked(data, kind)
    assert refused.value.errors[0].pointer == "#/data"


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (png(1025, 1), "1025 by 1"),
        (webp(1, 1025), "1 by 1025"),
        (jpeg(0, 1), "0 by 1"),
    ],
)
def test_too_many_pixels_are_refused(
    data: bytes,
    pixels: str,
) -> None:
    with pytest.raises(InvalidInput, match=pixels):
        checked(data, kind_of(data))


def test_too_many_bytes_are_refused() -> None:
    large = png(2, 2, (b"tEXt", b"x" * MOST_BYTES))
    for data in (large, b""):
        with pytest.raises(InvalidInput, match="48000 bytes"):
            checked(data, "image/png")


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "image/gif", ""])
def test_a_kind_that_can_hold_scripts_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInput, match="SVG") as refused:
        checked(b"<svg/>", kind)
    assert refused.value.errors[0].pointer == "#/content_type"
    assert kind_of(b"<svg/>") == ""
