import re
from pathlib import Path

import pytest

from config.settings import example
from config.settings.environment import TABLE


@pytest.mark.parametrize(
    ("file", "written"),
    [(example.FILE, example.text), (example.PAGE, example.page)],
    ids=[".env.example", "docs/settings.md"],
)
def test_the_committed_file_is_current(
    file: Path,
    written: object,
) -> None:
    assert callable(written)
    assert file.read_text() == written()


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


def test_every_setting_has_its_row_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", example.page(), re.MULTILINE)
    assert rows == [variable.name for variable in TABLE]


def test_what_has_no_default_of_its_own_says_what_it_is_then() -> None:
    derived = [variable.name for variable in TABLE if variable.default is None]
    assert sorted(derived) == sorted(example.DERIVED)
    assert "| `` |" not in example.page()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("FILE", "make env-example"), ("PAGE", "--settings-doc")],
)
def test_a_stale_file_is_refused_with_the_remedy(
    name: str,
    remedy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stale = tmp_path / "stale"
    stale.write_text("OLD=1\n")
    monkeypatch.setattr(example, name, stale)
    assert example.main(["--check"]) == 1
    assert remedy in capsys.readouterr().err


def test_it_prints_what_it_compares(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, arguments in (("FILE", []), ("PAGE", ["--settings-doc"])):
        assert example.main(arguments) == 0
        written = tmp_path / name
        written.write_text(capsys.readouterr().out)
        monkeypatch.setattr(example, name, written)
    assert example.main(["--check"]) == 0
