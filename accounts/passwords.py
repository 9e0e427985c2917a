"""The password policy: NIST SP 800-63B-4, section 3.1.1.

Long rather than complicated: at least `PASSWORD_MIN_LENGTH` and at most 128 code points, no
composition rules, no password that everybody tries, none made of what is known about
the person or of this service. Unicode is taken in full, in its NFKC form.
"""

import gzip
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from accounts.errors import PasswordRefused
from config.errors import InvalidInput

MAX_LENGTH = 128
MAX_TYPED = 1024  # code points before normalising: decomposed text is longer
_PRODUCT = ("nttauthenticationserver", "ntt", "authentication", "auth", "server")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)


def normalise(password: str) -> str:
    """Return the form that is checked and hashed: NFKC.

    The hasher calls this for every way in, so that set-up and sign-in cannot differ.
    """
    return unicodedata.normalize("NFKC", password)


def readable(
    password: str,
    *,
    field: str = "password",
) -> str:
    """Return `password` if it can be anybody's; costs nothing compared with a hash.

    Raises `InvalidInput` for NUL, lone surrogates, nothing at all, or more than 128
    code points: no account can have such a password, so this tells nothing.
    """
    fault = _fault(password)
    if fault:
        raise InvalidInput.at(field, code=fault[0], detail=fault[1])
    return password


def validate(
    password: str,
    *,
    user_email: str = "",
    name: str = "",
    field: str = "password",
) -> None:
    """Raise `PasswordRefused`, pointing at `field`, unless the policy allows it."""
    fault = _fault(password) or _weakness(normalise(password), user_email, name)
    if fault:
        raise PasswordRefused.because(fault[0], detail=fault[1], field=field)


class PolicyValidator:
    """The policy for Django, allauth and `createsuperuser`."""

    def validate(
        self,
        password: str,
        user: Any = None,
    ) -> None:
        """Raise Django's `ValidationError` unless the policy allows it."""
        try:
            validate(
                password,
                user_email=getattr(user, "email", "") or "",
                name=getattr(user, "name", "") or "",
            )
        except InvalidInput as refusal:
            raise ValidationError(
                refusal.detail, code=refusal.errors[0].code
            ) from refusal

    def get_help_text(self) -> str:
        """Return the policy in a sentence, in the active language."""
        least = settings.PASSWORD_MIN_LENGTH
        return ngettext(
            "At least %(least)s character; a few unrelated words work well. Not your "
            "name or address, and nothing that many people use.",
            "At least %(least)s characters; a few unrelated words work well. Not your "
            "name or address, and nothing that many people use.",
            least,
        ) % {"least": least}


def _fault(password: str) -> tuple[str, str] | None:
    """Return what makes `password` unusable whatever the policy says."""
    if not password:
        return "blank", "The password is empty."
    if len(password) > MAX_TYPED:
        return "too_long", f"A password has at most {MAX_LENGTH} characters."
    if "\x00" in password or any("\ud800" <= c <= "\udfff" for c in password):
        return "unstorable", "NUL and lone surrogates are not allowed."
    if len(normalise(password)) > MAX_LENGTH:
        return "too_long", f"A password has at most {MAX_LENGTH} characters."
    return None


def _weakness(
    password: str,
    user_email: str,
    name: str,
) -> tuple[str, str] | None:
    least = settings.PASSWORD_MIN_LENGTH
    if len(password) < least:
        return (
            "too_short",
            f"Use at least {least} characters; you gave {len(password)}.",
        )
    folded = _letters(password)
    if _is_pattern(password.casefold()) or _is_pattern(folded):
        return "too_simple", "This is a repeated or sequential pattern."
    if _is_common(password.casefold()) or _is_common(folded):
        return "too_common", "This password is among those that everybody tries first."
    left = folded
    for word in _context_words(user_email, name):
        left = left.replace(word, "")
    if len(left) < max(4, least // 3):
        return (
            "too_personal",
            "This is little more than your name, your address or this service's name.",
        )
    return None


def _letters(text: str) -> str:
    """Return letters and digits only: punctuation between them adds no surprise."""
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Return the 20,000 most common passwords (shipped with Django), read once."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return frozenset(line.strip() for line in file)


def _is_common(text: str) -> bool:
    """Tell whether `text` is on the list, also repeated, or with a tail of digits."""
    words = _common()
    bare = re.sub(r"[\d\W_]+$", "", text)
    if text in words or (bare and bare != text and bare in words):
        return True
    repeated = re.fullmatch(r"(.+?)\1+", text, re.DOTALL)
    return repeated is not None and repeated[1] in words


def _is_pattern(text: str) -> bool:
    """Tell whether `text` is one short piece repeated, or a walk along a row of keys."""
    if not text:
        return True
    if len(set(text)) <= 3:
        return True
    if re.fullmatch(r"(.{1,5}?)\1+.{0,4}", text, re.DOTALL):
        return True
    for row in _ROWS:
        longest = row * (len(text) // len(row) + 2)
        if text in longest or text in longest[::-1]:
            return True
    return False


def _context_words(
    user_email: str,
    name: str,
) -> list[str]:
    """Return what a guesser knows, longest first, four letters at least."""
    local, _, host = user_email.partition("@")
    issuer = urlsplit(settings.ISSUER).hostname or ""
    whole = [user_email, local, host, name, issuer, *_PRODUCT]
    parts = re.split(r"[\W_]+", f"{local} {host} {name} {issuer}")
    words = {_letters(normalise(word)) for word in (*whole, *parts)}
    return sorted((w for w in words if len(w) >= 4), key=len, reverse=True)
