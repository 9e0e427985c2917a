"""`import-users`, as operators type it."""

import io
import json
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.models import Event
from accounts.models import User
from tests.accounts.hashers.vectors import FIREBASE, FIREBASE_CONFIG, PHP, PUBLISHED
from tests.accounts.management.test_progress import Terminal

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good rows, one that exists twice, and one that is none."""
    rows = [
        {"email": "ann@example.com", "verified": True, "password_hash": PHP},
        {"email": "bob@example.com", "password_hash": None},
        {"email": "BOB@example.com", "password_hash": None},
        {"email": PHP, "password_hash": PHP},
    ]
    path = tmp_path / "users.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(
    *words: object,
    refused: str = "",
    **options: Any,
) -> str:
    """Run the command and return its standard output."""
    out = io.StringIO()
    arguments = ["import_users", *map(str, words)]
    if refused:
        with pytest.raises(CommandError, match=refused) as refusal:
            call_command(*arguments, stdout=out, **options)
        assert refusal.value.returncode == 1
    else:
        call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_each_row_gets_a_line_and_a_refused_one_the_exit_code(file: Path) -> None:
    out = run(file, refused="2 of 4 rows refused")

    assert out.splitlines() == [
        "1\tann@example.com\tcreated",
        "2\tbob@example.com\tcreated",
        "3\tBOB@example.com\trefused\tline 2 has the same address, spelled otherwise",
        "4\t-\trefused\tnot an e-mail address",
        "dry_run: False",
        "rows: 4",
        "created: 2",
        "exists: 0",
        "refused: 2",
    ]
    assert User.objects.get(email="ann@example.com").check_password("rasmuslerdorf")


def test_json_is_one_object_and_the_lines_go_to_the_report(
    file: Path,
    tmp_path: Path,
) -> None:
    report = tmp_path / "report.tsv"
    out = run(file, "--json", "--report", report, "--batch", "1", refused="2 of 4")

    assert json.loads(out) == {
        "dry_run": False,
        "rows": 4,
        "created": 2,
        "exists": 0,
        "refused": 2,
    }
    assert len(report.read_text().splitlines()) == 4
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert set(json.loads(run(file, "--json", refused="2 of 4"))) == set(
        json.loads(out)
    )


def test_a_dry_run_writes_nothing(file: Path) -> None:
    out = run(file, "--dry-run", refused="2 of 4")

    assert "1\tann@example.com\tvalid\n" in out and "valid: 2" in out
    assert not User.objects.exists() and not Event.objects.exists()


def test_no_hash_is_ever_shown(
    file: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    with file.open("a") as more:
        for row in (
            {"email": "x@example.com", "password_hash": PHP, PHP: PHP},
            {"email": "x@example.com", "password_hash": PHP[:-1]},
            {"email": "x@example.com", "name": PHP * 9, "password_hash": PHP},
            {"email": "x@example.com", "created_at": PHP, "password_hash": PHP},
            {"email": "x@example.com", "salt": PHP, "password_hash": PHP},
            {"email": "x@example.com", "algorithm": PHP, "salt": "a", "value": PHP},
        ):
            more.write(json.dumps(row) + "\n")
        more.write(json.dumps({"email": "x@example.com", "password_hash": PHP})[:-1])
    out = run(file, refused="rows refused")

    shown = out + "".join(capfd.readouterr()) + caplog.text
    assert out.count("\trefused\t") == 9
    assert PHP[7:] not in shown and PHP[7:20] not in shown


def test_a_clean_file_exits_with_0_and_again(tmp_path: Path) -> None:
    path = tmp_path / "users.jsonl"
    path.write_text('{"email": "ann@example.com", "password_hash": null}')

    assert "created: 1" in run(path)
    again = run(path)
    assert "1\tann@example.com\texists\n" in again and "created: 0" in again


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'{"email": "ann@example.com", "password_hash": null}\n'
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))

    assert "created: 1" in run("-")


def test_firebase_s_parameters_come_from_a_file(tmp_path: Path) -> None:
    config, users = tmp_path / "firebase.txt", tmp_path / "users.jsonl"
    config.write_text(FIREBASE_CONFIG)
    users.write_text(json.dumps({"email": "ann@example.com", **FIREBASE}) + "\n")

    assert "give --firebase-config" in run(users, refused="1 of 1")
    run(users, "--firebase-config", config)

    assert User.objects.get().check_password(PUBLISHED[6][1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "--firebase-config: No such file"),
        (b"\xff", "--firebase-config: not UTF-8"),
        (b"rounds: 8", "--firebase-config: base64_signer_key"),
    ],
)
def test_parameters_that_cannot_be_read_are_said(
    content: bytes | None,
    words: str,
    file: Path,
    tmp_path: Path,
) -> None:
    config = tmp_path / "firebase.txt"
    if content is not None:
        config.write_bytes(content)
    run(file, "--firebase-config", config, refused=words)
    assert not User.objects.exists()


def test_files_that_cannot_be_used_are_said(
    file: Path,
    tmp_path: Path,
) -> None:
    run(tmp_path / "nothing", refused="FILE: No such file")
    run(tmp_path, refused="FILE: Is a directory")
    before = file.read_text()
    run(file, "--report", file, refused="--report: File exists")
    assert file.read_text() == before and not User.objects.exists()


@pytest.mark.parametrize("batch", ["0", "-1", "5001", "many", "1.5"])
def test_a_batch_has_bounds(
    batch: str,
    file: Path,
) -> None:
    with pytest.raises(CommandError, match="from 1 to 5000"):
        call_command("import_users", str(file), f"--batch={batch}")


def test_an_interruption_says_how_to_go_on(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*args: Any, **options: Any) -> Any:
        raise KeyboardInterrupt
        yield

    path = "accounts.management.commands.import_users.import_users"
    monkeypatch.setattr(path, interrupted)
    run(file, refused="run it again for the rest")


def test_a_report_that_cannot_be_written_is_no_traceback(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    path = "accounts.management.commands.import_users._tell"
    monkeypatch.setattr(path, full)
    run(file, refused="No space left on device: what was stored stands")
    assert User.objects.count() == 2


def test_a_bar_is_drawn_on_a_terminal(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("accounts.management.progress._SECONDS", 0.0)
    run(file, "--batch=2", refused="2 of 4")

    assert "2 rows, 0 refused" in terminal.getvalue()
    assert "100% 4 rows, 2 refused" in terminal.getvalue()
