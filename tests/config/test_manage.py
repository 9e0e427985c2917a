"""Django's command line, as operators meet it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(
    folder: Path,
    *arguments: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command of a fresh embedded instance."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["createsuperuser", "changepassword"])
def test_what_writes_round_the_services_names_what_to_use(
    tmp_path: Path,
    command: str,
) -> None:
    done = manage(tmp_path, command)
    assert done.returncode == 1
    assert "is not used here" in done.stderr and "Traceback" not in done.stderr


def test_a_kebab_case_name_finds_its_command(tmp_path: Path) -> None:
    done = manage(tmp_path, "create-user", "--help")
    assert done.returncode == 0 and "EMAIL" in done.stdout
