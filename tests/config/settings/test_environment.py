import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import environment
from config.settings.environment import TABLE, read


def test_no_setting_stands_in_the_table_twice() -> None:
    names = [variable.name for variable in TABLE]
    assert len(names) == len(set(names))


def test_every_setting_says_what_it_means() -> None:
    assert [variable.name for variable in TABLE if not variable.help] == []


def test_without_a_word_the_callers_then_the_tables_default_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert read("PORT") == 8000
    assert read("PORT", 9000) == 9000


def test_the_environment_is_read_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example,b.example")
    monkeypatch.setenv("ALLOW_SQLITE", "yes")
    assert read("PORT") == 9001
    assert read("ALLOWED_HOSTS") == ["a.example", "b.example"]
    assert read("ALLOW_SQLITE") is True


def test_an_empty_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert read("PORT") == 8000


def test_a_value_that_does_not_fit_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "s3cret")
    with pytest.raises(ValueError, match="^PORT is not a valid int$"):
        read("PORT")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("ACCESS_TOKEN_SECONDS", v) for v in ("0", "-1", "99999999999")],
        *[("WEB_WORKERS", "0"), ("TRUSTED_PROXIES", "-1")],
    ],
)
def test_a_number_out_of_range_is_named(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"^{name} is not a number from"):
        read(name)


def test_what_may_be_zero_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRESH_GRACE_SECONDS", "0")
    assert read("REFRESH_GRACE_SECONDS") == 0


def test_a_name_outside_the_table_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        read("NOT_IN_THE_TABLE")


@pytest.mark.parametrize(
    ("mode", "expected"), [("development", "9002 9003"), ("test", "8000 9003")]
)
def test_an_env_file_is_read_below_the_environment_but_not_by_tests(
    mode: str,
    expected: str,
    tmp_path: Path,
) -> None:
    copy = tmp_path / "config" / "settings"
    copy.mkdir(parents=True)
    (copy.parent / "__init__.py").touch()
    (copy / "__init__.py").touch()
    source = Path(environment.__file__).read_text()
    (copy / "environment.py").write_text(source)
    (tmp_path / ".env").write_text("PORT=9002\nWEB_THREADS=1\n")
    show = (
        "from config.settings.environment import read; "
        "print(read('PORT'), read('WEB_THREADS'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=tmp_path,
        env={"DJANGO_ENV": mode, "WEB_THREADS": "9003"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected
