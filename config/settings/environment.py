"""Every setting an operator may give, in one table.

The settings read it, `.env.example` and `docs/settings.md` are generated from it, and
`manage.py doctor` and the start-up refusals name its entries. Nothing else reads the environment.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ


@dataclass(frozen=True)
class Variable:
    """One setting: how it is read, what it is without a word, and what it means.

    `default` None means that there is none to print: it is derived, or must be given in
    production.
    """

    name: str
    cast: str
    default: Any
    help: str
    section: str


def _section(name: str, *rows: tuple[str, str, Any, str]) -> list[Variable]:
    return [Variable(n, cast, default, text, name) for n, cast, default, text in rows]


TABLE: list[Variable] = [
    *_section(
        "The instance",
        ("DJANGO_ENV", "str", "development", "development, production or test"),
        ("DEBUG", "bool", False, "Django's debug pages; refused in production"),
        ("ISSUER", "str", None, "public base URL, https in production, no final slash"),
        ("ALLOWED_HOSTS", "list", None, "further host names; the issuer's is implied"),
        ("TRUSTED_PROXIES", "int", 0, "proxies in front that set X-Forwarded-For"),
        ("VAR_DIR", "str", None, "where the embedded default keeps its files"),
        ("STATIC_ROOT", "str", None, "where collectstatic puts the static files"),
    ),
    *_section(
        "Secrets",
        ("SECRET_KEY", "str", None, "signs cookies and forms; 50 random characters"),
        ("ENCRYPTION_KEYS", "list", None, "encrypt stored keys; first encrypts"),
    ),
    *_section(
        "Database, cache and mail",
        ("DATABASE_URL", "str", None, "mysql://user:password@host:3306/name"),
        (
            "DATABASE_CA",
            "str",
            "",
            "CA file that MySQL's TLS certificate must chain to",
        ),
        ("ALLOW_SQLITE", "bool", False, "production on SQLite, on purpose"),
        (
            "REDIS_URL",
            "str",
            "",
            "redis://host:6379/0 counts limits; else the database",
        ),
        (
            "EMAIL_URL",
            "str",
            "",
            "smtp+tls://user:password@host:587; else the mailbox",
        ),
        ("MAIL_FROM", "str", "no-reply@localhost", "sender of all mail"),
        (
            "OUTBOX_INLINE",
            "bool",
            None,
            "send mail from the web process, without a worker",
        ),
    ),
    *_section(
        "Passwords and limits",
        ("BCRYPT_ROUNDS", "int", 12, "cost of a password hash, 10 to 15"),
        ("PASSWORD_MIN_LENGTH", "int", 15, "in code points; NIST SP 800-63B-4"),
        ("HASHING_SLOTS", "int", None, "passwords hashed at once; one for each core"),
        ("HASHING_QUEUE", "int", 32, "sign-ins that may wait for a slot in one worker"),
        ("RATE_LIMITS", "str", "on", "off for load tests only"),
        ("LIMIT_LOGIN_ACCOUNT", "str", "10/15m", "failures per account and IP"),
        ("LIMIT_LOGIN_IP", "str", "100/15m", "failures per IP"),
        ("LIMIT_REGISTER_IP", "str", "100/1h", "registrations per IP"),
        ("LIMIT_RESEND_ACCOUNT", "str", "5/1h", "resets and resends per account"),
        ("LIMIT_NOTICES_ACCOUNT", "str", "20/1h", "security notices per account"),
        ("LIMIT_RESET_IP", "str", "100/1h", "password resets asked for per IP"),
        ("LIMIT_PASSKEY_IP", "str", "300/1m", "passkey sign-ins begun per IP"),
        (
            "LIMIT_AUTHORIZATIONS_IP",
            "str",
            "1200/1m",
            "authorization requests begun per IP",
        ),
        ("LIMIT_FACTOR_ACCOUNT", "str", "10/15m", "wrong second factors per account"),
        ("LIMIT_EXPORT_ACCOUNT", "str", "10/1h", "exports of one's data per account"),
        (
            "LIMIT_TOKEN_FAILURES_IP",
            "str",
            "300/1m",
            "bad tokens per IP on token paths",
        ),
        ("LIMIT_DEVICE_CODES_IP", "str", "100/10m", "device codes given to one IP"),
        (
            "LIMIT_DEVICE_CODES_CLIENT",
            "str",
            "1000/10m",
            "device codes given to one client",
        ),
        (
            "LIMIT_DEVICE_GUESSES_ACCOUNT",
            "str",
            "10/15m",
            "wrong device codes typed per account",
        ),
        (
            "LIMIT_DEVICE_GUESSES_IP",
            "str",
            "100/15m",
            "wrong device codes typed per IP",
        ),
        (
            "LIMIT_API_CALLER",
            "str",
            "600/1m",
            "management and profile calls per caller",
        ),
    ),
    *_section(
        "Tokens and sessions",
        ("ACCESS_TOKEN_SECONDS", "int", 300, "lifetime of an access token"),
        ("ACCESS_TOKEN_MAX_SECONDS", "int", 3600, "the most an application may set"),
        ("SESSION_IDLE_SECONDS", "int", 1209600, "a session ends unused after 14 days"),
        ("SESSION_ABSOLUTE_SECONDS", "int", 7776000, "a session ends after 90 days"),
        ("STEP_UP_SECONDS", "int", 600, "a sensitive change wants a proof this fresh"),
        ("MFA_FRESH_HOURS", "int", 12, "management wants a second factor this fresh"),
        ("ERASURE_GRACE_DAYS", "int", 14, "whoever leaves may come back so long"),
        (
            "REFRESH_GRACE_SECONDS",
            "int",
            30,
            "how long a repeated refresh gets the same",
        ),
        (
            "REVOCATION_FEED_MAX_AGE",
            "int",
            0,
            "1 lets proxies cache the feed: 4 s, not 2",
        ),
        (
            "KEY_PREPUBLISH_SECONDS",
            "int",
            900,
            "a new key is published before it signs",
        ),
    ),
    *_section(
        "Serving",
        ("HOST", "str", "127.0.0.1", "address that gunicorn listens on"),
        ("PORT", "int", 8000, "port that gunicorn listens on"),
        ("WEB_WORKERS", "int", 2, "gunicorn worker processes"),
        ("WEB_THREADS", "int", None, "threads in each worker; 48 on two cores"),
        ("LOG_LEVEL", "str", "INFO", "DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "str", None, "json, or text for people"),
        ("METRICS_TOKEN", "str", "", "Bearer token that /metrics asks for"),
        (
            "OUTBOUND_ALLOWED_HOSTS",
            "list",
            None,
            "private hosts or CIDRs that URLs of clients may lead to",
        ),
        (
            "POPUP_SIGN_IN",
            "bool",
            False,
            "pages of signing in stay tied to the window that opened them",
        ),
    ),
]

_BY_NAME = {variable.name: variable for variable in TABLE}
_MAY_BE_ZERO = (
    *("TRUSTED_PROXIES", "HASHING_QUEUE", "REFRESH_GRACE_SECONDS"),
    *("REVOCATION_FEED_MAX_AGE", "KEY_PREPUBLISH_SECONDS", "PORT"),
)
_env = environ.Env()
_FILE = Path(__file__).resolve().parent.parent.parent / ".env"
if _FILE.is_file() and os.environ.get("DJANGO_ENV") != "test":
    _env.read_env(str(_FILE))  # what the environment says already stays


def read(
    name: str,
    default: Any = None,
) -> Any:
    """Return a setting from the environment, else `default`, else the table's.

    Raises `KeyError` for a name that the table does not have, `ValueError` (naming the
    setting) for a value that does not fit.
    """
    variable = _BY_NAME[name]
    fallback = variable.default if default is None else default
    if _env.ENVIRON.get(name, "") == "":
        return fallback
    try:
        value = getattr(_env, variable.cast)(name)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} is not a valid {variable.cast}") from error
    least = 0 if name in _MAY_BE_ZERO else 1
    if variable.cast == "int" and not least <= value < 2**31:
        raise ValueError(f"{name} is not a number from {least} up")
    return value
