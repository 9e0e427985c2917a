"""`manage.py import-users`: users from elsewhere, with the hashes they have."""

import os
import stat
import sys
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from typing_extensions import override

from accounts.management.progress import Progress
from accounts.services import import_users
from accounts.services.importing import REFUSED, Import, Outcome
from accounts.transfer.firebase import MOST_CHARACTERS, FirebaseProject
from accounts.transfer.rows import lines
from config.commands import OperatorCommand

MOST_ROWS = 5000


def _rows(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_ROWS:
        raise ArgumentTypeError(f"a number from 1 to {MOST_ROWS}")
    return int(text)


class Command(OperatorCommand):
    """Stores each row or says why not; exit code 1 if any was refused."""

    help = "Import users from JSON lines. Accounts that exist are left as they are."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON lines; - is stdin")
        parser.add_argument(
            "--dry-run", action="store_true", help="examine every row, write nothing"
        )
        parser.add_argument(
            "--batch",
            type=_rows,
            default=500,
            metavar="ROWS",
            help="rows stored at once (500); a crash loses one batch",
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            help="where the line about each row goes, in place of standard output",
        )
        parser.add_argument(
            "--firebase-config",
            metavar="FILE",
            help="the project's password hash parameters, as Firebase shows them",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        run = Import(
            batch=options["batch"],
            dry_run=options["dry_run"],
            firebase=_firebase(options["firebase_config"]),
        )
        counted: Counter[str] = Counter()
        with _opened(options["file"]) as file, self._report(options) as report:
            size = os.fstat(file.fileno()) if file is not sys.stdin.buffer else None
            known = size is not None and stat.S_ISREG(size.st_mode)
            bar = Progress(sys.stderr, size.st_size if size and known else 0)
            try:
                for outcomes in import_users(lines(file), run, acting_user=None):
                    counted.update(outcome.outcome for outcome in outcomes)
                    bar.clear()
                    _tell(report, outcomes)
                    rows = f"{counted.total():,} rows, {counted[REFUSED]:,} refused"
                    bar.show(file.tell() if known else 0, rows)
            except KeyboardInterrupt:
                said = "interrupted: what is reported stands, run it again for the rest"
                raise CommandError(said) from None
            except OSError as fault:  # a full disk, a reader who went away
                said = "what was stored stands, run it again for the rest"
                raise CommandError(f"{fault.strerror or 'cut off'}: {said}") from None
            finally:
                bar.clear()
        names = ("valid" if run.dry_run else "created", "exists", REFUSED)
        return {
            "dry_run": run.dry_run,
            "rows": counted.total(),
            **{name: counted[name] for name in names},
        }

    @override
    def answer(
        self,
        values: dict[str, Any],
        *,
        as_json: bool,
    ) -> None:
        super().answer(values, as_json=as_json)
        if values[REFUSED]:
            raise CommandError(f"{values[REFUSED]} of {values['rows']} rows refused")

    @contextmanager
    def _report(self, options: dict[str, Any]) -> Iterator[Any]:
        """Yield where lines go: a new file, standard output, or with --json nowhere."""
        if options["report"] is None:
            yield None if options["as_json"] else self.stdout
            return
        try:
            handle = os.open(
                options["report"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
            )
        except OSError as fault:
            raise CommandError(f"--report: {fault.strerror}") from fault
        with open(handle, "w", encoding="utf-8") as file:
            yield file


def _tell(
    report: Any,
    outcomes: list[Outcome],
) -> None:
    if report is None:
        return
    told = (
        "\t".join([str(o.line), o.email or "-", o.outcome, o.why]).rstrip("\t")
        for o in outcomes
    )
    report.write("".join(f"{line}\n" for line in told))
    report.flush()


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")  # noqa: SIM115
    except OSError as fault:
        raise CommandError(f"FILE: {fault.strerror}") from fault
    with file:
        yield file


def _firebase(name: str | None) -> FirebaseProject | None:
    if name is None:
        return None
    try:
        with Path(name).open(encoding="utf-8") as file:
            return FirebaseProject.of_text(file.read(MOST_CHARACTERS))
    except OSError as fault:
        raise CommandError(f"--firebase-config: {fault.strerror}") from fault
    except UnicodeDecodeError:
        raise CommandError("--firebase-config: not UTF-8") from None
    except ValueError as fault:
        raise CommandError(f"--firebase-config: {fault}") from None
