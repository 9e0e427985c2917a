"""Every module with behaviour has its tests where one looks for them."""

import ast
from pathlib import Path

from tests.architecture.sources import ROOT, Module, code, functions, parse

# module -> where its behaviour is proven instead
PROVEN_ELSEWHERE = {
    "config/start.py": "tests/e2e/run: a real start",
    "config/wsgi.py": "tests/e2e: every request",
}
# refusals of all apps are walked by tests/config/test_errors.py
WITHOUT_BEHAVIOUR = {"__init__", "apps", "errors", "signals", "urls"}


def _behaves(module: Module) -> bool:
    """Return whether some function does more than state a docstring."""
    if module.path.stem in WITHOUT_BEHAVIOUR:
        return False
    return any(
        not isinstance(statement, ast.Expr | ast.Pass)
        for function in functions(module)
        if function.name != "__str__"
        for statement in function.body
    )


def _candidates(module: Module) -> list[Path]:
    """Return where its tests may stand: the mirror, or split by subject."""
    folder = ROOT / "tests" / module.path.parent
    stem = module.path.stem
    found = [folder / f"test_{stem}.py", *folder.glob(f"test_{stem}_*.py")]
    found += (folder / stem).glob("test_*.py")
    if module.path.parent.name == "commands":
        above = folder.parent.parent  # one file may prove all commands of an app
        found += [above / "test_commands.py", folder.parent / "test_commands.py"]
    return found


def missing(module: Module) -> bool:
    """Return whether a module behaves and nothing proves it."""
    if str(module.path) in PROVEN_ELSEWHERE or not _behaves(module):
        return False
    return not any(path.exists() for path in _candidates(module))


def test_every_module_with_behaviour_has_its_tests() -> None:
    assert [str(module.path) for module in code() if missing(module)] == []


def test_no_exception_outlives_its_module() -> None:
    assert [path for path in PROVEN_ELSEWHERE if not (ROOT / path).exists()] == []


def test_the_rule_finds_what_is_not_tested() -> None:
    behaving = parse("def f() -> int:\n    return 1\n", "accounts/nowhere.py")
    stating = parse('def f() -> int:\n    """Only says."""\n', "accounts/nowhere.py")
    assert missing(behaving)
    assert not missing(stating)
