"""`export-users`, as operators type it."""

import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from typing_extensions import override

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.accounts.management.test_progress import Terminal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    UserFactory.create_batch(2)
    path, out = tmp_path / "users.jsonl", io.StringIO()
    before = os.umask(0)
    try:
        call_command("export_users", str(path), "--json", stdout=out)
    finally:
        os.umask(before)

    assert json.loads(out.getvalue()) == {"users": 2, "file": str(path)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text().splitlines()) == 2
    assert Event.objects.get().action == Action.USERS_EXPORTED


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "users.jsonl"
    path.write_text("mine")
    with pytest.raises(CommandError, match="FILE: File exists"):
        call_command("export_users", str(path))
    assert path.read_text() == "mine"
    assert not Event.objects.exists()


def test_standard_output_holds_the_lines_and_nothing_else() -> None:
    UserFactory.create()
    out, err = io.StringIO(), io.StringIO()
    call_command("export_users", "--json", stdout=out, stderr=err)

    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["email"]
    assert err.getvalue() == "users: 1\n"


def test_a_terminal_asks_for_a_yes() -> None:
    UserFactory.create()
    out = Terminal()
    with pytest.raises(CommandError, match="give a FILE, or --yes"):
        call_command("export_users", stdout=out)
    assert out.getvalue() == "" and not Event.objects.exists()

    call_command("export_users", "--yes", stdout=out, stderr=io.StringIO())
    assert "password_hash" in out.getvalue()


def test_a_failure_leaves_no_half_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(**options: Any) -> Any:
        yield "{}"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("accounts.management.commands.export_users.export_users", full)
    path = tmp_path / "users.jsonl"
    with pytest.raises(CommandError, match="FILE: No space left"):
        call_command("export_users", str(path))
    assert not path.exists()


def test_a_reader_who_goes_away_is_no_traceback() -> None:
    class Gone(io.StringIO):
        @override
        def write(self, text: str) -> int:
            raise BrokenPipeError

    UserFactory.create()
    with pytest.raises(CommandError, match="went away"):
        call_command("export_users", stdout=Gone())


def test_import_users_takes_the_file_back(tmp_path: Path) -> None:
    ann = UserFactory.create(email="Ann@example.com", name="Ann")
    path = tmp_path / "users.jsonl"
    call_command("export_users", str(path), stdout=io.StringIO())
    ann.delete()

    call_command("import_users", str(path), stdout=io.StringIO())

    back = User.objects.get()
    assert (back.email, back.name) == ("Ann@example.com", "Ann")
    assert back.created_at == ann.created_at and back.check_password(PASSWORD)
