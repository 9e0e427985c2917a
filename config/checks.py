"""What makes a start unsafe: Django's checks, and the refusal before gunicorn listens.

Each has a stable id, names its setting and says what to do; a value is never shown.
`manage.py` meets them through Django's check framework, every other start through
`refuse_unsafe_start`. `SiteConfig.ready` registers them.
"""

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
SHORTEST_KEY = 32
FEWEST_ROUNDS, MOST_ROUNDS = 10, 15
_PLACEHOLDERS = ("django-insecure", "changeme", "change-me", "development", "example")
_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def refuse_unsafe_start() -> None:
    """Exit with 1 and one line per problem on stderr, unless the settings are safe.

    Reads the settings module itself, so that it works before `django.setup`.
    """
    from config import settings

    problems = list(find(settings))
    for problem in problems:
        line = f"refused to start: {problem.msg} {problem.hint} ({problem.id})"
        print(line, file=sys.stderr)
    if problems:
        raise SystemExit(1)


def refuse_without_secret() -> None:
    """Refuse as above where SECRET_KEY is empty: nothing of Django works then."""
    from config import settings

    if not settings.SECRET_KEY:
        refuse_unsafe_start()


@register("ntt")
def settings_are_safe(**kwargs: Any) -> list[CheckMessage]:
    """Find what this instance must not run with."""
    from django.conf import settings

    return list(find(settings))


def find(settings: Any) -> Iterator[CheckMessage]:
    """Yield the problems of these settings; most concern production only."""
    yield from _issuer_shape(settings)
    yield from _lifetimes(settings)
    if not settings.PRODUCTION:
        return
    yield from _secrets(settings)
    yield from _issuer_is_https(settings)
    yield from _switches(settings)


def is_weak(secret: str) -> bool:
    """Tell whether nobody drew this secret at random: short, repeated or a placeholder."""
    if len(secret) < SHORTEST_SECRET:
        return True
    if any(word in secret.lower() for word in _PLACEHOLDERS):
        return True
    grams = {secret[at : at + 3] for at in range(len(secret) - 2)}
    return len(set(secret)) < 8 or len(grams) * 2 < len(secret)


def _secrets(settings: Any) -> Iterator[CheckMessage]:
    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own word for an empty one
        secret = ""
    if not secret:
        yield _error(1, "SECRET_KEY is missing.", f"Make one: {_MAKE_ONE}")
    elif is_weak(secret):
        said = f"SECRET_KEY is no secret: {SHORTEST_SECRET} random characters are."
        yield _error(1, said, f"Make one: {_MAKE_ONE}")
    keys = [key.strip() for key in settings.ENCRYPTION_KEYS]
    if not any(keys):
        yield _error(2, "ENCRYPTION_KEYS is missing.", f"Make one: {_MAKE_ONE}")
    elif any(len(key) < SHORTEST_KEY for key in keys):
        said = f"ENCRYPTION_KEYS has a key of fewer than {SHORTEST_KEY} characters."
        yield _error(2, said, f"Put a random one in front: {_MAKE_ONE}")


def _issuer_is_https(settings: Any) -> Iterator[CheckMessage]:
    hint = "Give the address that clients reach, such as https://id.example.com"
    if not settings.ISSUER:
        yield _error(4, "ISSUER is missing.", hint)
    elif not settings.ISSUER.startswith("https://"):
        yield _error(4, "ISSUER is not https.", hint)


def _issuer_shape(settings: Any) -> Iterator[CheckMessage]:
    issuer = settings.ISSUER
    if not issuer:
        return
    try:
        parts = urlsplit(issuer)
        bare = f"{parts.scheme}://{parts.netloc}"
        whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        bare, whole = "", False
    if issuer != bare or not whole or not issuer.isascii() or " " in issuer:
        said = "ISSUER is more or less than a scheme, a host and maybe a port."
        hint = (
            "Give it without user, path, query and final slash: https://id.example.com"
        )
        yield _error(5, said, hint)


def _lifetimes(settings: Any) -> Iterator[CheckMessage]:
    """A revocation stays listed for as long as the longest token that it refuses."""
    if settings.ACCESS_TOKEN_SECONDS > settings.ACCESS_TOKEN_MAX_SECONDS:
        said = "ACCESS_TOKEN_SECONDS is more than ACCESS_TOKEN_MAX_SECONDS."
        yield _error(9, said, "Lower the one, or raise the other.")
    if settings.SESSION_IDLE_SECONDS > settings.SESSION_ABSOLUTE_SECONDS:
        said = "SESSION_IDLE_SECONDS is more than SESSION_ABSOLUTE_SECONDS."
        yield _error(10, said, "Lower the one, or raise the other.")


def _switches(settings: Any) -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield _error(3, "DEBUG is on.", "Remove DEBUG: its pages show settings.")
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine.endswith("sqlite3") and not settings.ALLOW_SQLITE:
        hint = "Set DATABASE_URL=mysql://..., or ALLOW_SQLITE=true for one machine."
        yield _error(6, "DATABASE_URL is missing: this is SQLite.", hint)
    if not settings.RATE_LIMITS:
        hint = "Remove RATE_LIMITS=off: passwords could be guessed without end."
        yield _error(7, "RATE_LIMITS is off.", hint)
    if not FEWEST_ROUNDS <= settings.BCRYPT_ROUNDS <= MOST_ROUNDS:
        said = f"BCRYPT_ROUNDS is not from {FEWEST_ROUNDS} to {MOST_ROUNDS}."
        yield _error(8, said, "Remove it: the default is 12.")


def _error(
    number: int,
    said: str,
    hint: str,
) -> Error:
    return Error(said, hint=hint, id=f"ntt.E{number:03}")
