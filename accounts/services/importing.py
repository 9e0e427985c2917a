"""Users from elsewhere, a file at a time.

Rows are stored in batches, each in a transaction of its own with its audit event: a crash
loses one batch at most, and the same file run again goes on where it stopped, as an
account that exists is left as it is. No password is hashed here.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, OperationalError, transaction

from accounts.addresses import wire_form
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.flows import verification
from accounts.models import User
from accounts.services.authority import require_superuser
from accounts.transfer.firebase import FirebaseProject
from accounts.transfer.rows import Line, Row, RowRefused, read

CREATED, VALID, EXISTS, REFUSED = "created", "valid", "exists", "refused"
_ATTEMPTS = 10
_LOST_RACES = (1205, 1213)  # MySQL: lock wait timeout, deadlock


@dataclass(frozen=True)
class Outcome:
    """What became of a line; `why` is in words and shows nothing secret."""

    line: int
    email: str
    outcome: str
    why: str = ""


@dataclass
class Import:
    """One run over a file: how, and which addresses it has seen."""

    batch: int = 500
    dry_run: bool = False
    firebase: FirebaseProject | None = None
    # a digest of the address -> its line, and a digest of how it was spelled there
    seen: dict[int, tuple[int, int]] = field(default_factory=dict)


def import_users(
    given: Iterable[Line],
    run: Import,
    *,
    acting_user: User | None,
) -> Iterator[list[Outcome]]:
    """Store the users of these lines; yields the outcomes of each batch once it stands.

    With `dry_run` nothing is written, and `valid` stands for `created`. Raises
    `Forbidden` before the first batch.
    """
    require_superuser(acting_user)
    left = iter(given)
    while batch := list(islice(left, max(1, run.batch))):
        yield _take(batch, run, acting_user)


def _take(
    batch: list[Line],
    run: Import,
    acting_user: User | None,
) -> list[Outcome]:
    rows: list[Row] = []
    refused: list[Outcome] = []
    for line in batch:
        try:
            row = read(line, run.firebase)
            _once(row, run)
            rows.append(row)
        except RowRefused as fault:
            refused.append(Outcome(line.number, fault.email, REFUSED, fault.why))
    taken = _taken(rows) if run.dry_run else _store(rows, acting_user)
    done = VALID if run.dry_run else CREATED
    told = [
        (
            Outcome(row.line, row.email, EXISTS, taken[row.email_key])
            if row.email_key in taken
            else Outcome(row.line, row.email, done)
        )
        for row in rows
    ]
    return sorted([*told, *refused], key=lambda outcome: outcome.line)


def _once(
    row: Row,
    run: Import,
) -> None:
    """Refuse an address that an earlier line has, however it is spelled."""
    mine = row.line, hash(row.email)
    line, spelled = run.seen.setdefault(hash(row.email_key), mine)
    if line != row.line:
        alike = "" if spelled == mine[1] else ", spelled otherwise"
        raise RowRefused(f"line {line} has the same address{alike}", row.email)


def _taken(rows: list[Row]) -> dict[str, str]:
    """Return the addresses that an account has, each with a word about it."""
    shown = {row.email_key: row.email for row in rows}
    users = User.objects.filter(email_key__in=shown)
    found = {
        key: "" if email == shown[key] else f"as {email}"
        for key, email in users.values_list("email_key", "email")
    }
    filed = verification.filed({wire_form(key): key for key in shown})
    return {key: "another address of an account" for key in filed} | found


def _store(
    rows: list[Row],
    acting_user: User | None,
) -> dict[str, str]:
    """Store those of the rows that nobody has; returns the others."""
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                taken = _taken(rows)
                _write([row for row in rows if row.email_key not in taken], acting_user)
                return taken
        except (IntegrityError, OperationalError) as fault:
            lost = isinstance(fault, IntegrityError) or fault.args[0] in _LOST_RACES
            if not lost or attempt == _ATTEMPTS - 1:
                raise
        time.sleep(0.05 * attempt)  # somebody was faster: look again
    raise AssertionError("unreachable")


def _write(
    rows: list[Row],
    acting_user: User | None,
) -> None:
    if not rows:
        return
    users = [
        User(
            email=row.email,
            email_key=row.email_key,
            name=row.name,
            password=row.password,
            is_active=row.is_active,
            created_at=row.created_at,
        )
        for row in rows
    ]
    User.objects.bulk_create(users)
    verified = {row.email_key for row in rows if row.verified}
    verification.file_all((user, user.email_key in verified) for user in users)
    record(
        Action.USERS_IMPORTED,
        acting=acting_user,
        details={"users": len(rows), "lines": [rows[0].line, rows[-1].line]},
    )
