import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings.local import FILE, load_or_create

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_the_first_start_makes_secrets_for_their_owner_only(tmp_path: Path) -> None:
    var = tmp_path / "var"
    made = load_or_create(var)
    assert len(made["SECRET_KEY"]) >= 50
    assert made["SECRET_KEY"] != made["ENCRYPTION_KEYS"]
    assert stat.S_IMODE((var / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert [path.name for path in var.iterdir()] == [FILE]


def test_the_second_start_finds_the_same(tmp_path: Path) -> None:
    assert load_or_create(tmp_path) == load_or_create(tmp_path)


def test_two_instances_never_share_secrets(tmp_path: Path) -> None:
    assert load_or_create(tmp_path / "a") != load_or_create(tmp_path / "b")


def test_starts_at_the_same_time_agree(tmp_path: Path) -> None:
    call = (
        "import json, pathlib, sys; from config.settings.local import load_or_create; "
        "sys.stdin.readline(); "
        "print(json.dumps(load_or_create(pathlib.Path(sys.argv[1]))))"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", call, str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"DJANGO_ENV": "test"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for start in starts:
        assert start.stdin
        start.stdin.write("go\n")
        start.stdin.flush()
    assert len({start.communicate()[0] for start in starts}) == 1
    assert all(start.returncode == 0 for start in starts)


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        load_or_create(tmp_path / "file" / "var")
