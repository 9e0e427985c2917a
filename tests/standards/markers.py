"""The markers of the tests, read from their source."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.sources import Function, Module, modules
from tests.standards.specifications import SPECIFICATIONS, Specification

MARKER = "pytest.mark.spec"
_SECTION = re.compile(r"[0-9A-Z]+(\.[0-9]+)*")


@dataclass(frozen=True)
class Proof:
    """A test that proves a section."""

    specification: Specification
    section: str
    path: str
    test: str

    @property
    def sentence(self) -> str:
        """Its name, as a sentence, linked to where it stands."""
        words = self.test.removeprefix("test_").replace("_", " ")
        return f"[{words}](../{self.path})"


def proofs(module: Module) -> Iterator[Proof]:
    """Yield what the markers of a module's tests say; raises `ValueError`."""
    everywhere = [s for node in module.tree.body for s in _of_module(module, node)]
    yield from _below(module, module.tree, everywhere)


def _below(
    module: Module,
    parent: ast.Module | ast.ClassDef,
    above: list[str],
) -> Iterator[Proof]:
    for node in parent.body:
        if not isinstance(node, ast.ClassDef | Function):
            continue
        own = [s for mark in node.decorator_list for s in _sections(module, mark)]
        if isinstance(node, ast.ClassDef):
            yield from _below(module, node, [*above, *own])
        elif node.name.startswith("test_"):
            for text in dict.fromkeys([*above, *own]):
                found, section = read(text, f"{module.path}:{node.lineno}")
                yield Proof(found, section, str(module.path), node.name)


def _of_module(
    module: Module,
    node: ast.stmt,
) -> list[str]:
    """Return what a `pytestmark` says."""
    if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) != "pytestmark":
        return []
    held = node.value
    marks = held.elts if isinstance(held, ast.List | ast.Tuple) else [held]
    return [s for mark in marks for s in _sections(module, mark)]


def _sections(
    module: Module,
    mark: ast.expr,
) -> list[str]:
    if not isinstance(mark, ast.Call) or ast.unparse(mark.func) != MARKER:
        return []
    return [_text(module, given) for given in mark.args]


def _text(
    module: Module,
    given: ast.expr,
) -> str:
    """Return a text that is written out, or made of such and of constants beside it."""
    if isinstance(given, ast.Constant):
        return str(given.value)
    if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Add):
        return _text(module, given.left) + _text(module, given.right)
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(given, ast.Name):
            if ast.unparse(node.targets[0]) == given.id:
                return _text(module, node.value)
    raise ValueError(module.at(given, "a section is written out"))


def read(
    text: str,
    where: str,
) -> tuple[Specification, str]:
    """Return specification and section of a marker's text; raises `ValueError`."""
    named = {name: known for known in SPECIFICATIONS for name in known.names}
    for name in sorted(named, key=len, reverse=True):
        section = text.removeprefix(f"{name} ")
        if section != text and _SECTION.fullmatch(section):
            return named[name], section
    raise ValueError(
        f"{where}: {text!r} is no section of tests.standards.SPECIFICATIONS"
    )


def collected() -> list[Proof]:
    """Return the proofs of all tests, in the order of their files."""
    return [proof for module in modules("tests") for proof in proofs(module)]
