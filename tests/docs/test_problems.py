"""The table of problem codes is the tree of refusals, and the words in `errors` are ours."""

import ast
import importlib
from collections.abc import Iterator

from config.errors import ServiceError
from tests.architecture.sources import Module, code
from tests.docs.pages import page

PAGE = "docs/integrating.md"
NEVER_OVER_HTTP = {"bad_request", "quickstart_failed"}
# where a fault of one value is made: the call, and which argument is its code
PASSWORDS = "accounts/passwords.py"


def tree() -> dict[str, int]:
    """Return every code of the tree with its status, of modules that nobody imported too."""
    for module in code():
        parts = module.path.with_suffix("").parts
        if "ServiceError" in module.text or parts[-1] in ("errors", "admission"):
            importlib.import_module(".".join(parts))
    return dict(_walk(ServiceError))


def _walk(kind: type[ServiceError]) -> Iterator[tuple[str, int]]:
    if kind.__module__.split(".")[0] != "tests":
        yield kind.code, kind.status
    for child in kind.__subclasses__():
        yield from _walk(child)


def faults(module: Module) -> Iterator[str]:
    """Yield the codes of single values that a module gives."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).split(".")[-1]
        given: list[ast.expr] = []
        if name in ("at", "because"):
            given = [k.value for k in node.keywords if k.arg == "code"]
        elif name in ("FieldError", "ErrorDetail"):
            given = node.args[1:2]
        yield from (
            str(value.value) for value in given if isinstance(value, ast.Constant)
        )


def password_faults(module: Module) -> Iterator[str]:
    """Yield the codes with which the policy refuses: the first of each returned pair."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def documented() -> dict[str, int]:
    """Return the table of the page."""
    return {row[0].strip("`"): int(row[1]) for row in page(PAGE).table("code")}


def test_the_documented_codes_are_those_of_the_code() -> None:
    assert documented() == tree()


def test_a_code_stands_in_the_table_once() -> None:
    rows = [row[0] for row in page(PAGE).table("code")]
    assert len(rows) == len(set(rows))


def test_what_never_leaves_over_http_says_so() -> None:
    said = {
        row[0].strip("`")
        for row in page(PAGE).table("code")
        if "never over HTTP" in row[2] or "no call answers" in row[2]
    }
    assert said == NEVER_OVER_HTTP


def test_the_words_for_single_values_are_documented() -> None:
    given = {word for module in code() for word in faults(module)}
    [policy] = [module for module in code() if str(module.path) == PASSWORDS]
    given |= set(password_faults(policy))
    said = set(page(PAGE).quoted())
    assert given - said == set()
