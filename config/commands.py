"""The common manner of every operator command."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from typing_extensions import override

from config.errors import ServiceError


class OperatorCommand(BaseCommand):
    """A command that calls one service: `--json`, exit 0 done, 1 refused, 2 usage.

    Subclasses write `run(**options)`, which returns the object to print.
    """

    requires_migrations_checks = True

    @override
    def create_parser(
        self,
        prog_name: str,
        subcommand: str,
        **kwargs: Any,
    ) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="print one JSON object on standard output",
        )
        return parser

    @override
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as fault:
            reason = " ".join(map(str, fault.args)).splitlines() or [""]
            raise CommandError(
                f"the database cannot be used ({reason[0]}): is it running, and is"
                " DATABASE_URL right?"
            ) from fault

    @override
    def check_migrations(self) -> None:
        """Refuse to work on another version's tables (Django only warns, on stdout)."""
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            raise CommandError(
                f"{len(waiting)} migrations wait: run manage.py migrate."
            )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = self.run(**options)
        except ServiceError as refusal:
            faults = [f"{e.pointer.lstrip('#/')}: {e.detail}" for e in refusal.errors]
            raise CommandError("; ".join(faults) or refusal.detail) from refusal
        self.answer(answer, as_json=options["as_json"])

    def run(self, **options: Any) -> dict[str, Any]:
        """Do the work and return what to print; a `ServiceError` exits with 1."""
        raise NotImplementedError

    def answer(
        self,
        values: dict[str, Any],
        *,
        as_json: bool,
    ) -> None:
        """Print `values`: one JSON object, or a line each for people."""
        if as_json:
            self.stdout.write(json.dumps(values, default=str))
            return
        for name, value in values.items():
            listed = value if isinstance(value, list) else [value]
            if any(isinstance(entry, dict) for entry in listed):
                rows = [" ".join(map(str, entry.values())) for entry in listed]
                self.stdout.write("\n  ".join([f"{name}:", *rows]))
            else:
                self.stdout.write(f"{name}: {', '.join(map(str, listed))}")
