"""What only this site can read: Fernet, by keys from `SECRET_KEY` and its fallbacks."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """It was not sealed here for this purpose, was changed, or is too old."""


def seal(
    purpose: str,
    text: str,
) -> str:
    """Return the text encrypted; only the same purpose opens it again."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(
    purpose: str,
    sealed: str,
    *,
    lives: int | None = None,
) -> str:
    """Return the text; raises `Unreadable`, also where it is `lives` seconds old."""
    try:
        return _box(purpose).decrypt(sealed.encode(), ttl=lives).decode()
    except (InvalidToken, ValueError):
        raise Unreadable from None


def _box(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_fernet(purpose, secret) for secret in secrets])


@lru_cache(maxsize=64)
def _fernet(
    purpose: str,
    secret: str | bytes,
) -> Fernet:
    """Return a box by RFC 5869: one purpose's key opens nothing of another's."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    derived = HKDF(SHA256(), 32, salt=None, info=f"ntt_auth.django {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(raw)))
