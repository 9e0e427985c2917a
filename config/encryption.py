"""Encryption of what must be read again: signing keys, factor secrets, mail payloads.

Fernet (AES-128-CBC with HMAC-SHA-256) under the first of `ENCRYPTION_KEYS`; the others
still decrypt, so that a key is changed by putting a new one in front.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from config.errors import Unavailable


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    digests = (hashlib.sha256(b"ntt-auth:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(d)) for d in digests])


def encrypt(plain: str) -> str:
    """Return `plain` encrypted under the newest key, as ASCII text."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(plain.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return what was encrypted.

    Raises `Unavailable` when no key in `ENCRYPTION_KEYS` opens it: the database came
    from elsewhere, or a key was dropped too early.
    """
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unavailable("No key in ENCRYPTION_KEYS opens this value.") from None
