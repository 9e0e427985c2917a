"""A person's name: any script, no control characters."""

import unicodedata

from config.errors import InvalidInput

MAX_LENGTH = 150
_JOINERS = "\u200c\u200d"  # some scripts cannot do without them


def cleaned(name: str) -> str:
    """Return a name in NFC without outer space; raise `InvalidInput` at `name`."""
    text = unicodedata.normalize("NFC", name[: MAX_LENGTH * 4]).strip()
    if len(text) > MAX_LENGTH or len(name) > MAX_LENGTH * 4:
        raise InvalidInput.at(
            "name",
            code="too_long",
            detail=f"A name has at most {MAX_LENGTH} characters.",
        )
    strange = (
        c for c in text if unicodedata.category(c)[0] == "C" and c not in _JOINERS
    )
    if any(strange):
        raise InvalidInput.at("name", detail="Control characters are not allowed.")
    return text
