"""`manage.py doctor` as an operator and as a machine read it."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from tokens import doctor
from tokens.doctor import Finding, Level


def examined(
    monkeypatch: pytest.MonkeyPatch,
    level: Level,
) -> None:
    """Let the examination find one thing of this level."""

    def examine() -> Iterator[Finding]:
        yield Finding("cache", "ok", "Redis ok")
        yield Finding("clock", level, "3 s apart", "Keep it by NTP.")

    monkeypatch.setattr(doctor, "examine", examine)


def run(*arguments: str) -> tuple[str, int]:
    """Return what the command prints, and its exit code."""
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


@pytest.mark.parametrize(("level", "code"), [("ok", 0), ("warning", 0), ("wrong", 1)])
def test_only_what_is_wrong_is_exit_code_one(
    monkeypatch: pytest.MonkeyPatch,
    level: Level,
    code: int,
) -> None:
    examined(monkeypatch, level)
    printed, exited = run()
    assert exited == code
    assert "clock: 3 s apart\n         Keep it by NTP.\n" in printed
    told, exited = run("--json")
    assert (json.loads(told)["healthy"], exited) == (code == 0, code)
    assert json.loads(told)["findings"][1]["fix"] == "Keep it by NTP."
