"""Small files, small functions, shallow folders."""

import warnings
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.sources import (
    APPS,
    Function,
    Module,
    code,
    everything,
    functions,
    offences,
    parse,
)

FILE_BUDGET = 300
FILE_LIMIT = 400
FUNCTION_LIMIT = 40
MODULES_LIMIT = 20
DEPTH_LIMIT = 3
NAMELESS = {"core", "common", "utils", "util", "helpers", "lib", "misc"}


def long_file(module: Module) -> Iterator[str]:
    """Find files past the limit."""
    if module.length > FILE_LIMIT:
        yield f"{module.path}: {module.length} lines"


def _length(function: Function) -> int:
    """Return its lines without decorators and docstring."""
    first = function.body[0]
    is_doc = first.lineno != function.lineno and _is_docstring(function)
    doc = (first.end_lineno or 0) - first.lineno + 1 if is_doc else 0
    return (function.end_lineno or 0) - function.lineno + 1 - doc


def _is_docstring(function: Function) -> bool:
    import ast

    return ast.get_docstring(function) is not None


def long_function(module: Module) -> Iterator[str]:
    """Find functions past the limit."""
    for function in functions(module):
        if _length(function) > FUNCTION_LIMIT:
            what = f"{function.name} has {_length(function)} lines"
            yield module.at(function.body[0], what)


def too_deep(module: Module) -> Iterator[str]:
    """Find folders nested too deeply below their app."""
    if len(module.path.parts) - 2 > DEPTH_LIMIT:
        yield f"{module.path}: more than {DEPTH_LIMIT} folders below the app"


def nameless(module: Module) -> Iterator[str]:
    """Find modules and folders named for nothing."""
    names = {*module.path.parts[:-1], module.path.stem}
    if names & NAMELESS:
        yield f"{module.path}: name it for its subject"


def test_no_file_is_longer_than_the_limit() -> None:
    for module in everything():
        if FILE_BUDGET < module.length <= FILE_LIMIT:
            warnings.warn(f"{module.path} has {module.length} lines", stacklevel=1)
    assert offences(long_file, everything()) == []


def test_no_function_is_longer_than_the_limit() -> None:
    assert offences(long_function, everything()) == []


def test_no_folder_lies_too_deep() -> None:
    assert offences(too_deep, code()) == []


def test_nothing_is_named_for_nothing() -> None:
    assert offences(nameless, everything()) == []


@pytest.mark.parametrize("app", APPS[1:])  # config is no app: leaves, named by settings
def test_an_app_has_no_more_modules_than_one_can_keep_in_mind(app: str) -> None:
    """A folder's own modules; a nested app or a package of services counts as one."""
    folders = Counter(module.path.parent for module in code() if module.app == app)
    commands = {f for f in folders if f.name == "commands"}
    crowded = {f: n for f, n in folders.items() if n > MODULES_LIMIT + 1}
    assert {f: n for f, n in crowded.items() if f not in commands} == {}


def test_the_rules_find_what_they_forbid() -> None:
    body = "    pass\n" * 41
    documented = 'def f() -> None:\n    """One.\n' + "\n" * 50 + '    """\n    pass\n'
    assert offences(long_file, (parse("x = 1\n" * 401),)) != []
    assert offences(long_function, (parse(f"def f() -> None:\n{body}"),)) != []
    assert offences(long_function, (parse(documented),)) == []
    assert offences(too_deep, (parse("", "accounts/a/b/c/d/e.py"),)) != []
    assert offences(nameless, (parse("", "accounts/utils.py"),)) != []
    assert offences(nameless, (parse("", "tokens/common/keys.py"),)) != []
