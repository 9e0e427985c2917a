import io
import json
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from typing_extensions import override

from config.commands import OperatorCommand
from config.errors import Conflict, FieldError, InvalidInput


class _Command(OperatorCommand):
    """Answers what it is told to, or raises it."""

    requires_system_checks = ()
    requires_migrations_checks = False
    outcome: Any = None

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        answer: dict[str, Any] = self.outcome
        return answer


def _called(
    outcome: Any,
    *arguments: str,
) -> str:
    out = io.StringIO()
    command = _Command(stdout=out)
    command.outcome = outcome
    parser = command.create_parser("manage.py", "example")
    command.execute(**vars(parser.parse_args(list(arguments))))
    return out.getvalue()


def test_people_get_a_line_for_each_value() -> None:
    said = _called({"id": 7, "scopes": ["a", "b"]})
    assert said.splitlines() == ["id: 7", "scopes: a, b"]


def test_people_get_a_line_for_each_row() -> None:
    said = _called({"keys": [{"kid": "a", "state": "active"}, {"kid": "b", "n": 2}]})
    assert said == "keys:\n  a active\n  b 2\n"


def test_machines_get_one_object() -> None:
    assert json.loads(_called({"id": 7, "scopes": ["a"]}, "--json")) == {
        "id": 7,
        "scopes": ["a"],
    }


def test_a_refusal_is_one_line_and_exit_code_one() -> None:
    with pytest.raises(CommandError, match="^Taken.$") as refusal:
        _called(Conflict("Taken."))
    assert refusal.value.returncode == 1


def test_a_refused_field_is_named() -> None:
    faults = [FieldError("#/email", "invalid", "Not an address.")]
    with pytest.raises(CommandError, match="^email: Not an address.$"):
        _called(InvalidInput(errors=faults))


def test_a_database_that_is_down_is_one_line() -> None:
    with pytest.raises(CommandError, match="2002 refused.*DATABASE_URL") as refusal:
        _called(OperationalError(2002, "refused"))
    assert "\n" not in str(refusal.value)


@pytest.mark.django_db
def test_waiting_migrations_are_refused_and_not_written_over_the_answer() -> None:
    applied = MigrationRecorder(connection).migration_qs.filter(app="tokens")
    applied.latest("id").delete()
    with pytest.raises(CommandError, match="^1 migrations wait: run manage.py migrate"):
        _Command().check_migrations()


@pytest.mark.django_db
def test_applied_migrations_are_no_word() -> None:
    _Command().check_migrations()
