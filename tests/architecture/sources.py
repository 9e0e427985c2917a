"""The project's Python, parsed once: what every rule looks at."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("config", "accounts", "tenants", "tokens", "social")
LEFT_OUT = ("migrations", "stock", "__pycache__", "node_modules", ".venv")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: its path from the root, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def app(self) -> str:
        """The top-level folder."""
        return self.path.parts[0]

    @property
    def length(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())

    def at(
        self,
        node: ast.stmt | ast.expr,
        what: str,
    ) -> str:
        """Return an offence in the form editors understand."""
        return f"{self.path}:{node.lineno}: {what}"


Rule = Callable[[Module], Iterator[str]]


def parse(
    text: str,
    path: str = "accounts/sample.py",
) -> Module:
    """Return a module made of `text`, as if it stood at `path`."""
    return Module(Path(path), text, ast.parse(text))


@lru_cache(maxsize=4)
def modules(*folders: str) -> tuple[Module, ...]:
    """Return every module below these folders of the root."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not set(LEFT_OUT) & set(path.parts):
                relative = str(path.relative_to(ROOT))
                found.append(parse(path.read_text(), relative))
    return tuple(found)


def code() -> tuple[Module, ...]:
    """Return the modules of the service."""
    return modules(*APPS)


def everything() -> tuple[Module, ...]:
    """Return the modules of the service, its tests and its bench."""
    return modules(*APPS, "tests", "bench")


def offences(
    rule: Rule,
    among: tuple[Module, ...],
) -> list[str]:
    """Return every offence against `rule`; one a line when a test shows it."""
    return [offence for module in among for offence in rule(module)]


def functions(module: Module) -> Iterator[Function]:
    """Yield each function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def decorated(
    function: Function,
    name: str,
) -> bool:
    """Return whether `@name` or `@something.name` stands above `function`."""
    heads = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(ast.unparse(head).split(".")[-1] == name for head in heads)


def imported(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import with the full name of what it brings in."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
