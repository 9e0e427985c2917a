"""`manage.py export-users`: every user, as `import-users` and others read them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser
from typing_extensions import override

from accounts.management.progress import Progress
from accounts.models import User
from accounts.services import export_users
from config.commands import OperatorCommand

EVERY = 500


class Command(OperatorCommand):
    """Writes a file that only its owner reads, or standard output."""

    help = "Export all users as JSON lines, password hashes included: keep it secret."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", nargs="?", default="-", help="a new file; else -"
        )
        parser.add_argument(
            "--yes", action="store_true", help="show the hashes on this terminal"
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        to_stdout = options["file"] == "-"
        if to_stdout and self.stdout.isatty() and not options["yes"]:
            raise CommandError(
                "this would show every password hash here: give a FILE, or --yes"
            )
        total = User.objects.count()
        count = 0
        bar = Progress(sys.stderr, total)
        try:
            with self._opened(options["file"]) as out:
                for line in export_users(acting_user=None):
                    out.write(line + "\n")
                    count += 1
                    if count % EVERY == 0:
                        bar.show(count, f"{count:,} users")
        except BrokenPipeError:
            raise CommandError("whoever read this went away") from None
        except OSError as fault:
            raise CommandError(f"FILE: {fault.strerror}") from fault
        finally:
            bar.clear()
        return {"users": count, "file": options["file"]}

    @override
    def answer(
        self,
        values: dict[str, Any],
        *,
        as_json: bool,
    ) -> None:
        if values["file"] == "-":  # standard output is the file
            self.stderr.write(f"users: {values['users']}")
        else:
            super().answer(values, as_json=as_json)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Any]:
        """Yield where lines go; a file is a new one, mode 600, and whole or gone."""
        if name == "-":
            yield self.stdout
            self.stdout.flush()
            return
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                yield file
        except BaseException:
            os.unlink(name)
            raise
