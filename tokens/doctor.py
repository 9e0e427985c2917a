"""What an operator would have to look up one by one: `manage.py doctor`.

Each examination says what it found and, where something is wrong, what to do. It reads
and asks; it changes nothing and sends no mail.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone

from accounts.outbox.models import Delivery
from config.encryption import decrypt
from config.errors import ServiceError
from tokens import feed, probes
from tokens.management.remote import Answer, Service
from tokens.models import SigningKey

Level = Literal["ok", "warning", "wrong"]
OLDEST_KEY = timedelta(days=366)
LATE_MAIL = timedelta(minutes=15)
TOLERATED_SECONDS = 1.0  # the skew that revocations allow for between our nodes
_DISCOVERY = "/.well-known/openid-configuration"
_ROTATE = "Run manage.py rotate-signing-keys, on a schedule."


@dataclass(frozen=True)
class Finding:
    """What was found of a subject, and what to do about it (empty where it is fine)."""

    subject: str
    level: Level
    says: str
    fix: str = ""


def examine() -> Iterator[Finding]:
    """Yield a finding or more for every subject; never raises for what it examines."""
    yield from _settings()
    yield from _safely("issuer", _issuer)
    yield from _proxies()
    yield from _cookies()
    yield from _safely("cache", _cache)
    for subject, look in _IN_ORDER.items():
        found = _safely(subject, look)
        yield from found
        if subject in _FIRST and found[0].level == "wrong":
            return  # it does not answer: the rest would only repeat it


def _safely(
    subject: str,
    look: Callable[[], Iterator[Finding]],
) -> list[Finding]:
    """Return what a look finds; a part that is down is a finding, not a traceback."""
    try:
        return list(look())
    except Exception as fault:
        said = f"does not answer ({type(fault).__name__})"
        return [Finding(subject, "wrong", said, _WHERE[subject])]


def _settings() -> Iterator[Finding]:
    found = [m for m in run_checks() if m.level >= WARNING and not m.is_silenced()]
    for message in found:
        level: Level = "wrong" if message.is_serious() else "warning"
        yield Finding("settings", level, message.msg, message.hint or "")
    if not found:
        yield Finding("settings", "ok", f"safe for {settings.ENVIRONMENT}")


def _issuer() -> Iterator[Finding]:
    issuer = settings.ISSUER
    try:
        answer = Service(issuer).get(_DISCOVERY)
    except ServiceError as fault:
        said = f"{issuer} does not answer from here ({fault.detail})"
        fix = "Start the service, or correct ISSUER, the DNS name or the proxy."
        yield Finding("issuer", "warning", said, fix)
        return
    told = answer.body.get("issuer")
    if answer.status != 200 or told != issuer:
        said = f"{issuer} answers {answer.status} as {told or 'nobody'}"
        fix = "Route ISSUER to this service; every token and verifier depends on it."
        yield Finding("issuer", "wrong", said, fix)
        return
    yield Finding("issuer", "ok", f"{issuer} answers as itself")
    yield from _date(answer)


def _date(answer: Answer) -> Iterator[Finding]:
    """Compare with the clock of the node that answered; HTTP tells whole seconds."""
    sent = next((v for k, v in answer.headers.items() if k.lower() == "date"), "")
    if sent:
        apart = abs(parsedate_to_datetime(sent).timestamp() - time.time())
        yield from _apart(apart - 1, f"the node at {settings.ISSUER}")


def _apart(
    seconds: float,
    other: str,
) -> Iterator[Finding]:
    if seconds > TOLERATED_SECONDS:
        said = f"{seconds:.1f} s apart from {other}"
        yield Finding("clock", "wrong", said, "Keep all clocks by NTP (chrony).")
    else:
        yield Finding("clock", "ok", f"agrees with {other}")


def _proxies() -> Iterator[Finding]:
    https, proxies = settings.ISSUER.startswith("https://"), settings.TRUSTED_PROXIES
    if https and not proxies:
        yield Finding(
            "proxy",
            "wrong",
            "ISSUER is https, TRUSTED_PROXIES is 0: all callers share one address",
            "Set TRUSTED_PROXIES to the number of proxies in front that append to"
            " X-Forwarded-For and set X-Forwarded-Proto.",
        )
    elif proxies and not https:
        yield Finding(
            "proxy",
            "warning",
            f"TRUSTED_PROXIES is {proxies}, and ISSUER is http",
            "Without a proxy set TRUSTED_PROXIES=0, or callers choose their address.",
        )
    else:
        said = (
            f"{proxies} trusted" if proxies else "none, forwarded headers are ignored"
        )
        yield Finding("proxy", "ok", said)


def _cookies() -> Iterator[Finding]:
    if settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE:
        yield Finding("cookies", "ok", "secure, and bound to this host")
    elif settings.PRODUCTION:
        fix = "Give an https ISSUER: the cookies follow it."
        yield Finding("cookies", "wrong", "sent over plain http", fix)
    else:
        yield Finding("cookies", "ok", "plain http, as ISSUER is")


def _database() -> Iterator[Finding]:
    probes.database()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = str(cursor.fetchone()[0]).lower()
            fine = mode in ("wal", "memory")
            fix = (
                "" if fine else "Put VAR_DIR on a local disk: WAL needs shared memory."
            )
            yield Finding("database", "ok" if fine else "wrong", f"SQLite, {mode}", fix)
            return
        cursor.execute("SELECT VERSION()")
        version = str(cursor.fetchone()[0])
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        cipher = (cursor.fetchone() or ("", ""))[1]
    yield from _mysql(version, encrypted=bool(cipher))


def _mysql(
    version: str,
    *,
    encrypted: bool,
) -> Iterator[Finding]:
    old = connection.mysql_version < (8, 4)  # type: ignore[attr-defined]
    if old and not getattr(connection, "mysql_is_mariadb", False):
        fix = "Move to MySQL 8.4 LTS or newer: 8.0 gets no security fixes."
        yield Finding("database", "warning", f"MySQL {version}", fix)
    else:
        yield Finding("database", "ok", f"MySQL {version}")
    if not encrypted and settings.PRODUCTION:
        fix = "Allow TLS on the server, and give DATABASE_CA."
        yield Finding("database", "wrong", "the connection is not encrypted", fix)


def _cache() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("cache", "ok", "no Redis: limits are counted in the database")
        return
    said = probes.shared_cache()
    fix = "" if said == probes.OK else "Give this service a Redis without eviction."
    yield Finding("cache", "wrong" if fix else "ok", f"Redis {said}", fix)


def _migrations() -> Iterator[Finding]:
    said = probes.migrations()
    if said == probes.OK:
        yield Finding("migrations", "ok", "all applied")
    else:
        yield Finding("migrations", "wrong", said, "Run manage.py migrate.")


def _keys() -> Iterator[Finding]:
    said = probes.signing_keys()
    if said != probes.OK:
        yield Finding("keys", "wrong", said, _ROTATE)
        return
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    try:
        for key in active:
            decrypt(key.private_key)
    except ServiceError as fault:
        fix = "Put the key that this database was encrypted with into ENCRYPTION_KEYS."
        yield Finding("keys", "wrong", fault.detail, fix)
        return
    since = active.order_by("activated_at").values_list("activated_at", flat=True)
    oldest = since.first()
    if oldest is not None and timezone.now() - oldest > OLDEST_KEY:
        said = f"the oldest signs since {oldest:%Y-%m-%d}"
        yield Finding("keys", "warning", said, _ROTATE)
    else:
        yield Finding("keys", "ok", f"{active.count()} active, and they can be read")


def _clock() -> Iterator[Finding]:
    if connection.vendor == "mysql":
        yield from _apart(abs(feed.database_seconds() - time.time()), "the database")
    else:
        yield Finding("clock", "ok", "the database has this machine's")


def _worker() -> Iterator[Finding]:
    said = probes.worker()
    fix = "" if said == probes.OK else "Start the service, or manage.py worker."
    yield Finding("worker", "warning" if fix else "ok", said, fix)


def _mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        with get_connection(fail_silently=False):
            yield Finding("mail", "ok", f"{settings.EMAIL_HOST} accepts us")
    elif settings.PRODUCTION:
        fix = "Set EMAIL_URL=smtp+tls://user:password@host:587 and MAIL_FROM."
        yield Finding("mail", "wrong", "EMAIL_URL is not set: mail is logged", fix)
    else:
        where = "in the console's mailbox" if settings.MAILBOX else "in the log"
        yield Finding("mail", "ok", f"kept {where}, as EMAIL_URL is not set")
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    late = waiting.filter(created_at__lt=timezone.now() - LATE_MAIL).count()
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).count()
    if late or failed:
        said = f"{late} deliveries wait for long, {failed} were given up"
        fix = "Their errors stand in the console under Outbox."
        yield Finding("mail", "warning", said, fix)


_FIRST = ("database", "migrations")
_IN_ORDER: dict[str, Callable[[], Iterator[Finding]]] = {
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "clock": _clock,
    "worker": _worker,
    "mail": _mail,
}
_WHERE = {
    "issuer": "Correct ISSUER.",
    "database": "Is it running, and is DATABASE_URL right?",
    "cache": "Is Redis running, and is REDIS_URL right?",
    "migrations": "Run manage.py migrate.",
    "keys": _ROTATE,
    "clock": "Keep all clocks by NTP (chrony).",
    "worker": "Start the service, or manage.py worker.",
    "mail": "Is the mail server reachable, and is EMAIL_URL right?",
}
