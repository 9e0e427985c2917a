from pathlib import Path

import pytest

from config.settings import example
from config.settings.environment import TABLE


def test_the_committed_file_is_current() -> None:
    assert example.FILE.read_text() == example.text()


def test_every_setting_stands_in_it_commented_out() -> None:
    lines = set(example.text().splitlines())
    missing = [v.name for v in TABLE if not any(_sets(line, v.name) for line in lines)]
    assert missing == []
    assert [line for line in lines if line and not line.startswith("#")] == []


def _sets(
    line: str,
    name: str,
) -> bool:
    return line.startswith(f"#{name}=")


def test_a_stale_file_is_refused_with_the_remedy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stale = tmp_path / ".env.example"
    stale.write_text("OLD=1\n")
    monkeypatch.setattr(example, "FILE", stale)
    assert example.main(["--check"]) == 1
    assert "make env-example" in capsys.readouterr().err


def test_it_prints_what_it_compares(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert example.main([]) == 0
    written = tmp_path / ".env.example"
    written.write_text(capsys.readouterr().out)
    monkeypatch.setattr(example, "FILE", written)
    assert example.main(["--check"]) == 0
