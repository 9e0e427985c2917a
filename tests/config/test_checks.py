import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks

from config.checks import find, is_weak

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "SECRET_KEY": secrets.token_urlsafe(48),
    "ENCRYPTION_KEYS": [secrets.token_urlsafe(32)],
    "DEBUG": False,
    "ISSUER": "https://id.example.com",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.mysql"}},
    "ALLOW_SQLITE": False,
    "RATE_LIMITS": True,
    "BCRYPT_ROUNDS": 12,
    "ACCESS_TOKEN_SECONDS": 300,
    "ACCESS_TOKEN_MAX_SECONDS": 3600,
    "SESSION_IDLE_SECONDS": 1000,
    "SESSION_ABSOLUTE_SECONDS": 2000,
}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
ENVIRONMENT = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": SAFE["SECRET_KEY"],
    "ENCRYPTION_KEYS": SAFE["ENCRYPTION_KEYS"][0],
    "ISSUER": "https://id.example.com",
    "ALLOW_SQLITE": "true",
    "PORT": "0",
}
DOORS = {
    "wsgi": ["-c", "import config.wsgi"],
    "gunicorn": ["-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
    "manage": ["manage.py", "check"],
    "start": ["-m", "config.start", "--prepare"],
}


def found(**changed: Any) -> list[str]:
    """Return the ids of what is wrong with these settings."""
    return [str(f.id) for f in find(SimpleNamespace(**SAFE | changed))]


def start(
    door: str,
    folder: Path,
    **changed: str,
) -> subprocess.CompletedProcess[str]:
    """Begin production through one door, with these settings changed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = ENVIRONMENT | {"VAR_DIR": str(folder)} | changed
    return subprocess.run(
        [sys.executable, *DOORS[door]],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_safe_settings_are_let_through() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SECRET_KEY": ""}, "ntt.E001"),
        ({"SECRET_KEY": secrets.token_urlsafe(30)}, "ntt.E001"),
        ({"SECRET_KEY": "test-" * 12}, "ntt.E001"),
        ({"SECRET_KEY": "django-insecure-" + secrets.token_urlsafe(48)}, "ntt.E001"),
        ({"ENCRYPTION_KEYS": []}, "ntt.E002"),
        ({"ENCRYPTION_KEYS": [" "]}, "ntt.E002"),
        ({"ENCRYPTION_KEYS": ["short"]}, "ntt.E002"),
        ({"DEBUG": True}, "ntt.E003"),
        ({"ISSUER": ""}, "ntt.E004"),
        ({"ISSUER": "http://id.example.com"}, "ntt.E004"),
        ({"ISSUER": "https://id.example.com/"}, "ntt.E005"),
        ({"ISSUER": "https://id.example.com/auth"}, "ntt.E005"),
        ({"ISSUER": "https://id.example.com?x=1"}, "ntt.E005"),
        ({"ISSUER": "https://id.example.com#x"}, "ntt.E005"),
        ({"ISSUER": "https://me:secret@id.example.com"}, "ntt.E005"),
        ({"ISSUER": "https://id.example.com:port"}, "ntt.E005"),
        ({"ISSUER": "https://"}, "ntt.E005"),
        ({"DATABASES": SQLITE}, "ntt.E006"),
        ({"RATE_LIMITS": False}, "ntt.E007"),
        ({"BCRYPT_ROUNDS": 9}, "ntt.E008"),
        ({"BCRYPT_ROUNDS": 16}, "ntt.E008"),
        ({"ACCESS_TOKEN_SECONDS": 7200}, "ntt.E009"),
        ({"SESSION_IDLE_SECONDS": 2001}, "ntt.E010"),
    ],
)
def test_production_refuses_an_unsafe_setting(
    changed: dict[str, Any],
    expected: str,
) -> None:
    assert found(**changed) == [expected]


def test_sqlite_is_let_through_on_purpose() -> None:
    assert found(DATABASES=SQLITE, ALLOW_SQLITE=True) == []


def test_the_embedded_default_may_be_http_and_sqlite() -> None:
    assert (
        found(PRODUCTION=False, ISSUER="http://127.0.0.1:8000", DATABASES=SQLITE) == []
    )


def test_an_issuer_with_a_path_is_wrong_everywhere() -> None:
    assert found(PRODUCTION=False, ISSUER="http://127.0.0.1:8000/") == ["ntt.E005"]


def test_every_refusal_names_its_setting_and_what_to_do() -> None:
    worst = SAFE | {
        "SECRET_KEY": "",
        "ENCRYPTION_KEYS": [],
        "DEBUG": True,
        "ISSUER": "http://x/y",
        "DATABASES": SQLITE,
        "RATE_LIMITS": False,
        "BCRYPT_ROUNDS": 4,
    }
    problems = list(find(SimpleNamespace(**worst)))
    assert len({problem.id for problem in problems}) == 8
    for problem in problems:
        assert problem.msg.split()[0].isupper()
        assert problem.hint


@pytest.mark.parametrize("draw", [secrets.token_hex, secrets.token_urlsafe])
def test_a_drawn_secret_is_not_called_weak(draw: Callable[[int], str]) -> None:
    assert not any(is_weak(draw(38)) for _ in range(100))


def test_a_repeated_word_is_weak_at_any_length() -> None:
    assert is_weak("abcdefgh" * 20)


def test_django_runs_them_as_system_checks(settings: Any) -> None:
    settings.PRODUCTION = True
    settings.SECRET_KEY = "short"
    assert "ntt.E001" in {check.id for check in run_checks()}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_starts_production_without_secrets(
    door: str,
    tmp_path: Path,
) -> None:
    run = start(door, tmp_path, SECRET_KEY="", ENCRYPTION_KEYS="", ISSUER="")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    lines = run.stderr.splitlines()
    assert len(lines) == 3
    for line, name in zip(
        lines, ("SECRET_KEY", "ENCRYPTION_KEYS", "ISSUER"), strict=True
    ):
        assert line.startswith(f"refused to start: {name} is missing. ")


@pytest.mark.parametrize("door", DOORS)
def test_no_door_starts_production_on_a_weak_secret_nor_shows_it(
    door: str,
    tmp_path: Path,
) -> None:
    run = start(door, tmp_path, SECRET_KEY="correct-horse-battery")
    assert run.returncode == 1
    assert "SECRET_KEY is no secret" in run.stderr
    assert "correct-horse-battery" not in run.stderr + run.stdout


def test_a_safe_production_is_let_through(tmp_path: Path) -> None:
    run = start("wsgi", tmp_path)
    assert run.returncode == 0
    assert "refused" not in run.stderr


@pytest.mark.parametrize("door", ["gunicorn", "manage", "start"])
def test_a_value_that_cannot_be_read_is_one_line(
    door: str,
    tmp_path: Path,
) -> None:
    run = start(door, tmp_path, WEB_THREADS="many")
    assert run.returncode != 0
    assert len(run.stderr.splitlines()) == 1
    assert "WEB_THREADS is not a valid int" in run.stderr
