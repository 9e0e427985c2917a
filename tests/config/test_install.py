import json
import subprocess
from pathlib import Path

import pytest

from config import install


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A project folder of its own, with nothing installed and nothing set."""
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "uv.txt").write_text("uv==1.2.3 --hash=sha256:0")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "UV": venv / "uv" / "bin" / "uv",
        "STAMP": venv / ".installed.json",
        "PINS": tmp_path / "uv.txt",
    }.items():
        monkeypatch.setattr(install, name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return tmp_path


def _stamp(parts: list[str]) -> None:
    install.VENV.mkdir(exist_ok=True)
    stamp = {"for": install.fingerprint(), "parts": parts}
    install.STAMP.write_text(json.dumps(stamp))


def _program(
    path: Path,
    says: str,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)


@pytest.mark.usefixtures("project")
def test_the_embedded_default_asks_for_nothing_extra() -> None:
    assert install.wanted([]) == set()
    assert install.wanted(["--dev"]) == {"dev", "redis"}


@pytest.mark.usefixtures("project")
def test_the_database_and_the_cache_bring_their_drivers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://root@127.0.0.1/x")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1/0")
    assert install.wanted([]) == {"mysql", "redis"}


def test_the_env_file_counts_unless_the_environment_says_otherwise(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (project / ".env").write_text("#REDIS_URL=redis://x\nDATABASE_URL='mysql://x'\n")
    assert install.wanted([]) == {"mysql"}
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/x")
    assert install.wanted([]) == set()


def test_a_changed_lock_makes_the_stamp_stale_but_keeps_what_was_asked_for(
    project: Path,
) -> None:
    _stamp(["dev"])
    assert install.installed() == ({"dev"}, True)
    (project / "uv.lock").write_text("changed")
    assert install.installed() == ({"dev"}, False)


@pytest.mark.usefixtures("project")
def test_a_damaged_stamp_counts_as_none() -> None:
    _stamp([])
    install.STAMP.write_text("{")
    assert install.installed() == (set(), False)


@pytest.mark.usefixtures("project")
def test_a_second_start_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _stamp(["dev"])
    _program(install.VENV / "bin" / "python", "Python 3.11.2")
    monkeypatch.setattr(install, "make_venv", lambda: pytest.fail("it installed"))
    assert install.main([]) == 0


@pytest.mark.usefixtures("project")
def test_a_missing_compiler_is_one_line_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://root@127.0.0.1/x")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert install.main([]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "gcc" in said
    assert install.COMPILER in said


@pytest.mark.usefixtures("project")
def test_an_installation_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(
        command: list[str],
        *,
        failure: str,
    ) -> None:
        commands.append(command)
        if "sync" not in command:
            _program(install.VENV / "bin" / "python", "Python 3.11.2")

    monkeypatch.setattr(install, "_run", run)
    assert install.main(["--dev"]) == 0
    assert [c[1:3] for c in commands][0] == ["-m", "venv"]
    assert "--require-hashes" in commands[-2]
    assert {"--locked", "--group=dev"} <= set(commands[-1])
    assert install.installed() == ({"dev", "redis"}, True)


@pytest.mark.usefixtures("project")
def test_a_present_uv_of_the_pinned_version_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _program(install.VENV / "bin" / "python", "Python 3.11.2")
    _program(install.UV, "uv 1.2.3")
    monkeypatch.setattr(install, "_run", lambda *a, **k: pytest.fail("it installed"))
    install.make_venv()


@pytest.mark.usefixtures("project")
def test_a_failing_command_shows_its_words_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(install.CannotInstall, match="do this"):
        install._run(["sh", "-c", "echo because >&2; exit 3"], failure="do this")
    assert "because" in capsys.readouterr().err


FIND = Path(install.__file__).resolve().parent.parent / ".ci" / "find-python"


def _find(
    folder: Path,
    choice: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run the search for a Python with nothing but `folder` on the path."""
    return subprocess.run(
        ["/bin/sh", str(FIND), choice],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def _fake_python(
    path: Path,
    *,
    version: str,
    fits: bool,
    venv: bool,
) -> None:
    path.write_text(
        '#!/bin/sh\ncase "$2" in\n'
        f"  *python_version*) echo {version} ;;\n"
        f"  *version_info*) exit {0 if fits else 1} ;;\n"
        f"  *ensurepip*) exit {0 if venv else 1} ;;\nesac\n"
    )
    path.chmod(0o755)


def test_no_python_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    answer = _find(tmp_path)
    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed (found: none)" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_too_old_python_is_named(tmp_path: Path) -> None:
    _fake_python(tmp_path / "python3", version="3.9.2", fits=False, venv=True)
    answer = _find(tmp_path)
    assert answer.returncode == 1
    assert "found: python3=3.9.2" in answer.stderr


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    _fake_python(tmp_path / "python3", version="3.11.2", fits=True, venv=False)
    answer = _find(tmp_path)
    assert answer.returncode == 1
    assert "python3 (3.11.2) has no venv module" in answer.stderr


def test_a_newer_python_beside_a_too_old_one_is_found(tmp_path: Path) -> None:
    _fake_python(tmp_path / "python3", version="3.9.2", fits=False, venv=True)
    _fake_python(tmp_path / "python3.12", version="3.12.1", fits=True, venv=True)
    answer = _find(tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.strip() == str(tmp_path / "python3.12")


def test_the_operators_own_choice_is_the_only_one(tmp_path: Path) -> None:
    _fake_python(tmp_path / "python3", version="3.11.2", fits=True, venv=True)
    answer = _find(tmp_path, choice="/nowhere/python")
    assert answer.returncode == 1
    assert "PYTHON=/nowhere/python does not run" in answer.stderr
