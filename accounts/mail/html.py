"""A letter's HTML, made from its text: one source, and nothing in a fact becomes markup.

A paragraph that is one line `Label: https://...` below our issuer is a button; lines
indented by four spaces are a code; lines such as `- this` or a list of `Label: value`
keep their breaks. Everything else is a paragraph. The templates escape.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from config.brand import Brand

_CALL = re.compile(r"(?P<label>\S.{0,199}?) ?[:\uff1a] ?(?P<url>https?://[!-~]+)")
_FACT = re.compile(r"[^:\uff1a]{1,40}[:\uff1a] ?\S.*")
_GAP = re.compile(r"\n[ \t]*\n+")
_CODE = "    "


@dataclass(frozen=True)
class Block:
    """A piece of a letter: `kind` is `text`, `code` or `call` (with a `url`)."""

    kind: str
    lines: tuple[str, ...]
    url: str = ""


def blocks_of(text: str) -> list[Block]:
    """Return a letter's body in its pieces."""
    parts = _GAP.split(text.strip("\n"))
    return [_block(part.strip("\n").split("\n")) for part in parts if part.strip()]


def rendered(
    *,
    subject: str,
    text: str,
    brand: Brand,
) -> str:
    """Return the HTML part of a letter, in the language that is active."""
    shown = {
        "subject": subject,
        "blocks": blocks_of(text),
        "brand": brand,
        "issuer": settings.ISSUER,
        "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
    return render_to_string("mail/letter.html", shown)


def _block(lines: list[str]) -> Block:
    if all(line.startswith(_CODE) for line in lines):
        return Block("code", tuple(line.strip() for line in lines))
    lines = [line.strip() for line in lines]
    call = _CALL.fullmatch(lines[0]) if len(lines) == 1 else None
    if call and call["url"].startswith(f"{settings.ISSUER}/"):
        return Block("call", (call["label"],), call["url"])
    if len(lines) > 1 and all(_FACT.fullmatch(line) for line in lines):
        return Block("text", tuple(lines))
    return Block("text", tuple(_joined(lines)))


def _joined(lines: list[str]) -> list[str]:
    """Join lines that were only wrapped; those of a list stay apart."""
    joined = [lines[0]]
    for line in lines[1:]:
        if line.startswith("- ") or "://" in line.partition(" ")[0]:
            joined.append(line)
        else:
            joined[-1] += f" {line}"
    return joined
