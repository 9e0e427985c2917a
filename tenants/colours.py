"""Colours that people can read: contrast as WCAG 2.2 measures it (success criterion 1.4.3).

Colours are `#rrggbb`. The grounds are those of the pages' stylesheet.
"""

import re

from config.errors import InvalidInput

LIGHT = ("#ffffff", "#f5f6f8")
DARK = ("#181c23", "#0f1217")
LEAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(
    one: str,
    other: str,
) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(
    colour: str,
    other: str,
    share: float,
) -> str:
    """Return `colour` with a share (0 to 1) of another in it."""
    pairs = ((int(c[at : at + 2], 16) for c in (colour, other)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def text_on(accent: str) -> str:
    """Return white where it is readable on the colour, else black, which then is."""
    return WHITE if contrast(accent, WHITE) >= LEAST else BLACK


def lifted(accent: str) -> str:
    """Return the colour, lightened until it is readable on dark pages."""
    for step in range(20):
        found = mixed(accent, WHITE, step / 20)
        if _worst(found, DARK)[0] >= LEAST:
            return found
    return WHITE


def accent(
    field: str,
    value: str,
    grounds: tuple[str, ...],
) -> str:
    """Return a colour in lower case that is readable on all grounds; "" stays.

    Raises `InvalidInput` that says the ratio measured and what to do.
    """
    colour = value.strip().lower()
    if not colour:
        return ""
    if not _HEX.fullmatch(colour):
        raise InvalidInput.at(field, detail="Expected a colour such as #1d56d0.")
    ratio, ground = _worst(colour, grounds)
    if ratio < LEAST:
        way = "darker" if grounds == LIGHT else "lighter"
        shown = int(ratio * 100) / 100  # never rounded up to what would be enough
        raise InvalidInput.at(
            field,
            code="contrast_too_low",
            detail=f"On {ground} it has a contrast of {shown:.2f}:1, and text needs "
            f"{LEAST}:1 (WCAG 2.2, 1.4.3): choose a {way} colour.",
        )
    return colour


def _worst(
    colour: str,
    grounds: tuple[str, ...],
) -> tuple[float, str]:
    return min((contrast(colour, ground), ground) for ground in grounds)
