"""One parameter per line; above five, a frozen dataclass."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import (
    Function,
    Module,
    code,
    decorated,
    everything,
    functions,
    offences,
    parse,
)

# the function -> why it may take more than five
TAKES_MORE = {
    ("accounts/audit/services.py", "record"): "an event's members, all by keyword",
}


def _parameters(function: Function) -> list[ast.arg]:
    """Return its parameters in order, `self` and `cls` included."""
    given = function.args
    stars = [star for star in (given.vararg, given.kwarg) if star]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *stars]


def _own(function: Function) -> list[ast.arg]:
    """Return the parameters that it names: no `self`, no `*args`, no `**kwargs`."""
    stars = (function.args.vararg, function.args.kwarg)
    named = (p for p in _parameters(function) if p not in stars)
    return [p for p in named if p.arg not in ("self", "cls")]


def one_per_line(module: Module) -> Iterator[str]:
    """Find signatures with several parameters on one line, or no trailing comma."""
    lines = module.text.splitlines()
    for function in functions(module):
        if len(_own(function)) < 2:
            continue
        starts = [p.lineno for p in _parameters(function)]
        apart = len(set(starts)) == len(starts) and function.lineno not in starts
        last = max(_parameters(function), key=lambda p: (p.lineno, p.col_offset))
        ending = "".join(lines[last.lineno - 1 : function.body[0].lineno - 1])
        if not apart:
            yield module.at(
                function.body[0], f"{function.name}: one parameter per line"
            )
        elif "," not in ending.partition(")")[0] and "," not in ending:
            yield module.at(function.body[0], f"{function.name}: trailing comma")


def five_at_most(module: Module) -> Iterator[str]:
    """Find functions with more than five parameters that could choose otherwise."""
    for function in functions(module):
        count = len(_own(function))
        excused = (str(module.path), function.name) in TAKES_MORE
        if count > 5 and not excused and not decorated(function, "override"):
            yield module.at(function.body[0], f"{function.name} has {count} parameters")


def test_parameters_stand_one_per_line_with_a_trailing_comma() -> None:
    assert offences(one_per_line, everything()) == []


def test_no_function_takes_more_than_five_parameters() -> None:
    assert offences(five_at_most, code()) == []


def test_the_rules_find_what_they_forbid() -> None:
    crowded = parse("def f(a: int, b: int) -> None: ...\n")
    shared = parse("class C:\n    def f(\n        self, a, b,\n    ):\n        pass\n")
    fine = parse("def f(\n    a: int,\n    *,\n    b: int,\n) -> None:\n    pass\n")
    passing = parse("def f(self, *args: int, **kwargs: int) -> None: ...\n")
    many = parse("def f(a, b, c, d, e, f): ...\n")
    assert len(offences(one_per_line, (crowded, shared))) == 2
    assert offences(one_per_line, (fine, passing)) == []
    assert len(offences(five_at_most, (many,))) == 1
