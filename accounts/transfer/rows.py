"""One user as a line of the file, read and written."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.utils import timezone

from accounts import addresses, names
from accounts.models import User
from accounts.transfer import formats
from accounts.transfer.firebase import FirebaseProject
from config.errors import InvalidInput

MOST_BYTES = 64 * 1024
_MEMBERS = formats.MEMBERS | {
    *("email", "email_verified", "verified", "name", "is_active", "created_at"),
}
_NAMEABLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A line of the file: its number from 1, and its bytes; None if they are too many."""

    number: int
    text: bytes | None


@dataclass(frozen=True)
class Row:
    """A user to be: everything checked, the password as it will be stored."""

    line: int
    email: str
    email_key: str
    name: str
    password: str
    verified: bool
    is_active: bool
    created_at: datetime


class RowRefused(ValueError):
    """A row that is not taken; says why, and whose it is where the address is one."""

    def __init__(
        self,
        why: str,
        email: str = "",
    ) -> None:
        super().__init__(why, email)
        self.why = why
        self.email = email


def lines(file: IO[bytes]) -> Iterator[Line]:
    """Yield the lines that hold something; of a huge one no more than a piece is kept."""
    number = 0
    while piece := file.readline(MOST_BYTES + 1):
        number += 1
        if len(piece) > MOST_BYTES:
            while piece and not piece.endswith(b"\n"):
                piece = file.readline(MOST_BYTES)
            yield Line(number, None)
        elif piece.strip():
            yield Line(number, piece)


def read(
    line: Line,
    firebase: FirebaseProject | None,
) -> Row:
    """Return the user of a line; raises `RowRefused`."""
    given = _object(line)
    try:
        shown = addresses.display(_text(given, "email", None))
    except ValueError as fault:
        raise RowRefused(str(fault)) from None
    try:
        if unknown := given.keys() - _MEMBERS:
            raise ValueError(_unknown(unknown))
        return Row(
            line=line.number,
            email=shown,
            email_key=addresses.email_key(shown),
            name=names.cleaned(_text(given, "name", "")),
            verified=_verified(given),
            is_active=_flag(given, "is_active", True),
            created_at=_created(given),
            password=formats.Credential(
                {n: v for n, v in given.items() if n in formats.MEMBERS}, firebase
            ).stored(),
        )
    except InvalidInput as fault:
        raise RowRefused(f"name: {fault.detail}", shown) from None
    except ValueError as fault:
        raise RowRefused(str(fault), shown) from None


def written(
    user: User,
    *,
    verified: bool,
) -> str:
    """Return a user as a line that `read` takes back."""
    created = user.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps(
        {
            "email": user.email,
            "email_verified": verified,
            "name": user.name,
            "password_hash": formats.portable(user.password),
            "is_active": user.is_active,
            "created_at": created,
        }
    )


def _object(line: Line) -> dict[str, Any]:
    if line.text is None:
        raise RowRefused(f"longer than {MOST_BYTES // 1024} KiB")
    start = 3 if line.number == 1 and line.text.startswith(b"\xef\xbb\xbf") else 0
    try:
        text = line.text[start:].decode()
        given = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except RowRefused:
        raise
    except UnicodeDecodeError:
        raise RowRefused("not UTF-8") from None
    except (ValueError, RecursionError):
        raise RowRefused("not JSON") from None
    if not isinstance(given, dict):
        raise RowRefused("not a JSON object")
    return given


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise RowRefused("a member stands twice")
    return dict(pairs)


def _refuse(constant: str) -> Any:
    raise RowRefused(f"{constant} is not JSON")


def _text(
    given: Mapping[str, Any],
    name: str,
    default: str | None,
) -> str:
    value = given.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"{name} is {'missing' if value is None else 'no text'}")
    return value


def _flag(
    given: Mapping[str, Any],
    name: str,
    default: bool,
) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def _verified(given: Mapping[str, Any]) -> bool:
    if "verified" in given and "email_verified" in given:
        raise ValueError("verified and email_verified mean the same: give one")
    name = "verified" if "verified" in given else "email_verified"
    return _flag(given, name, False)


def _created(given: Mapping[str, Any]) -> datetime:
    now = timezone.now()
    text = _text(given, "created_at", now.isoformat())
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("created_at is no time with a zone (RFC 3339)") from None
    if not _EARLIEST <= moment <= now + timedelta(days=1):
        raise ValueError("created_at is before 1970 or in the future")
    return moment


def _unknown(names_given: set[str]) -> str:
    """Name the members that mean nothing here, unless a name may itself be a hash."""
    shown = sorted(n for n in names_given if _NAMEABLE.fullmatch(n))[:5]
    return f"unknown members: {', '.join(shown) or 'with unusual names'}"
