"""A QR code as a picture that a page holds in itself."""

import base64
import io

import qrcode
from qrcode.image.svg import SvgPathFillImage


def picture(text: str) -> str:
    """Return a `data:` URI of an SVG, dark on light; the text is in no URL of a server."""
    drawn = io.BytesIO()
    made = qrcode.QRCode(border=2, image_factory=SvgPathFillImage)
    made.add_data(text)
    made.make_image().save(drawn)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"
