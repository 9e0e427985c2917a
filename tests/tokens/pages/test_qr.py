"""A QR code in a page."""

import base64

from tokens.pages.qr import picture

URI = "otpauth://totp/Shop:ann%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Shop"


def test_it_is_a_picture_without_scripts_or_links() -> None:
    kind, _, data = picture(URI).partition(",")
    svg = base64.b64decode(data).decode()
    assert kind == "data:image/svg+xml;base64"
    assert "<svg" in svg and "<script" not in svg and "href" not in svg
    assert 'fill="white"' in svg, "a scanner wants light around it"


def test_it_holds_the_text() -> None:
    assert picture(URI) != picture(URI.replace("ann", "bob"))
    assert picture(URI) == picture(URI)
