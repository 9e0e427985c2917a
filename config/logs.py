"""How a log line is written: JSON for machines, text for people, secrets for nobody.

Both formatters redact all they write, whoever logged it: values under telling names,
Authorization and cookies, tokens by their look, query strings, passwords in URLs. An
exception's words are kept only for kinds that speak of code and never of input.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from typing_extensions import override

from config import context
from config.errors import ServiceError

HIDDEN = "[redacted]"
LONGEST = 2000
_CHAIN = 5

_TELLING = (
    r"password|passwd|passphrase|secret|token|credential|private|authorization|cookie"
)
_SHORT = "code|key|sig|signature|state|pass"
_telling_name = re.compile(rf"{_TELLING}|^(?:{_SHORT})$", re.IGNORECASE)
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\[[^\]]*\]?|[^\s&,;"'{}\[\]]+)"""
_SIGN = r"""["']?\s{0,8}[:=]\s{0,8}"""
# Anybody may write a URL of 8 KB: each rule reads its text once. A rule that begins with
# a repetition is anchored to where a word begins, and gives nothing back.
# three parts of base64url, the first a JSON object: a JWT, whole or cut short
_JWT = re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]*){0,4}")
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s{1,8}[\w.~+/=-]{6,}")
# Each of these needs a colon or an equals sign, which the path of most requests has not.
_SIGNED: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?i)\b((?:proxy-)?authorization|set-cookie|cookie)\b"
            rf"""({_SIGN}["']?)[^"'\r\n]+"""
        ),
        rf"\1\2{HIDDEN}",
    ),
    (_SCHEME, rf"\1 {HIDDEN}"),
    (
        re.compile(r"(?i)(?<![a-z0-9+.-])([a-z0-9+.-]++://)[^\s/@:]*:[^\s/@]*@"),
        rf"\1{HIDDEN}@",
    ),
    (
        re.compile(rf"(?i)([?&][\w.\[\]-]*(?:{_TELLING}|{_SHORT})=)[^&\s#\"']*"),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(rf"""(?i)(["'](?:{_SHORT})["']\s{{0,8}}:\s{{0,8}}){_VALUE}"""),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            rf"(?i)(?<![\w-])(?=[\w-]*?(?:{_TELLING}))"
            rf"([\w-]++{_SIGN})(?!\[redacted){_VALUE}"
        ),
        rf"\1{HIDDEN}",
    ),
)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_LEFT_OUT = frozenset(("request", "server_time", "taskName", "color_message"))
# Their messages speak of our code or of the database's state, never of what was sent.
_SPEAKS_OF_CODE: tuple[type[BaseException], ...] = (
    ServiceError,
    AttributeError,
    ImportError,
    ImproperlyConfigured,
    NameError,
    NotImplementedError,
    OperationalError,
    ProgrammingError,
    TypeError,
)


def redact(text: str) -> str:
    """Return the first `LONGEST` characters of `text` without what looks like a secret."""
    text = text[:LONGEST]
    if "eyJ" in text:
        text = _JWT.sub(HIDDEN, text)
    if ":" in text or "=" in text:
        for pattern, instead in _SIGNED:
            text = pattern.sub(instead, text)
    else:
        text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    return text[:LONGEST]


@lru_cache(maxsize=256)
def _is_telling(name: str) -> bool:
    return bool(_telling_name.search(name))


def clean(
    name: str,
    value: Any,
) -> Any:
    """Return an extra field as it may be written: by its name, then by its look."""
    if not isinstance(value, bool | None) and _is_telling(name):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(name, inner) for inner in value]
    return redact(str(value))


def trace(error: BaseException) -> str:
    """Return an exception's frames and kinds, causes first, and no input."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _CHAIN:
        chain.append(current)
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden
    return "\n".join(_told(link) for link in reversed(chain))


def _told(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error).__name__
    said = str(error) if isinstance(error, _SPEAKS_OF_CODE) else "(message withheld)"
    return f"{frames}\n{kind}: {redact(said)}".lstrip()


class _Formatter(logging.Formatter):
    """What both forms share."""

    def said(self, record: logging.LogRecord) -> str:
        """Return the redacted message; never fails, as logging would print the parts."""
        try:
            message = record.getMessage()
        except Exception:
            message = f"(unreadable) {record.msg}"
        return redact(message)

    def extras(self, record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
        """Yield what the caller gave in `extra`."""
        for name, value in vars(record).items():
            if name not in _STANDARD and name not in _LEFT_OUT:
                yield name, clean(name, value)

    def trace_of(self, record: logging.LogRecord) -> str:
        """Return the redacted traceback, or nothing."""
        error = record.exc_info[1] if record.exc_info else None
        return trace(error) if error else ""


class JsonFormatter(_Formatter):
    """One JSON object a line: ts, level, logger, message, request_id and the extras."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = dict(self.extras(record)) | {
            "ts": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
        }
        if request_id := context.current().request_id:
            line["request_id"] = request_id
        if told := self.trace_of(record):
            line["trace"] = told
        return json.dumps(line, default=str)


class TextFormatter(_Formatter):
    """One line for people; control characters are escaped, so that nobody forges one."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        words = [f"{at:%H:%M:%S} {record.levelname:7} {record.name}: "]
        words.append(_visible(self.said(record)))
        words += [f" {name}={_visible(str(v))}" for name, v in self.extras(record)]
        if request_id := context.current().request_id:
            words.append(f" request_id={request_id}")
        if told := self.trace_of(record):
            words.append("\n" + told)
        return "".join(words)


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
