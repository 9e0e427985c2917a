"""What apps put on the operator console without knowing one another.

A lower app's page shows what upper apps hang on it: each registers tiles and charts for
the front page, and panels (read-only tables) for the page of a model. Every entry names
the permission without which it is neither computed nor shown. Knows no theme.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from django.db.models import Model
from django.http import HttpRequest

_MakesTile = TypeVar("_MakesTile", bound="Callable[[], Tile | None]")
Tone = Literal["", "good", "bad"]


@dataclass(frozen=True)
class Tile:
    """One figure of the front page; `note` explains it, `href` leads to its list."""

    title: str
    value: str
    note: str = ""
    href: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Chart:
    """Daily figures; `series` maps a name to one number per label."""

    title: str
    labels: list[str]
    series: dict[str, list[int]]


@dataclass(frozen=True)
class Cell:
    """A value in a panel, with a link where there is something to open."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Snippet:
    """Lines to be copied as they are, such as settings of another program."""

    title: str
    text: str


@dataclass(frozen=True)
class Panel:
    """A read-only table on the page of an object.

    `notes` warn, above the table; `snippets` stand below it, each with a button that
    copies it.
    """

    title: str
    headers: list[str]
    rows: list[list[Cell]]
    href: str = ""
    notes: list[str] = field(default_factory=list)
    snippets: list[Snippet] = field(default_factory=list)


@dataclass
class _Registry:
    tiles: list[tuple[str, Callable[[], Tile | None]]] = field(default_factory=list)
    charts: list[tuple[str, Callable[[], Chart]]] = field(default_factory=list)
    panels: list[tuple[str, str, Callable[[Any], Panel | None]]] = field(
        default_factory=list
    )


_registry = _Registry()
ANY_MODEL = "*"


def tile(permission: str) -> Callable[[_MakesTile], _MakesTile]:
    """Put what the function returns on the front page, for holders of `permission`.

    None leaves the tile out.
    """

    def register(make: _MakesTile) -> _MakesTile:
        _registry.tiles.append((permission, make))
        return make

    return register


def chart(permission: str) -> Callable[[Callable[[], Chart]], Callable[[], Chart]]:
    """Put a chart on the front page, for holders of `permission`."""

    def register(make: Callable[[], Chart]) -> Callable[[], Chart]:
        _registry.charts.append((permission, make))
        return make

    return register


def panel(
    model: str,
    *,
    permission: str,
) -> Callable[[Callable[[Any], Panel | None]], Callable[[Any], Panel | None]]:
    """Put a panel on the pages of `model` (`app.name`, or `ANY_MODEL`).

    The function gets the object; None leaves the panel out.
    """

    def register(make: Callable[[Any], Panel | None]) -> Callable[[Any], Panel | None]:
        _registry.panels.append((model, permission, make))
        return make

    return register


def tiles_for(request: HttpRequest) -> list[Tile]:
    """Return the tiles that this operator may see."""
    may = request.user.has_perm
    made = [make() for permission, make in _registry.tiles if may(permission)]
    return [tile for tile in made if tile is not None]


def charts_for(request: HttpRequest) -> list[Chart]:
    """Return the charts that this operator may see."""
    may = request.user.has_perm
    return [make() for permission, make in _registry.charts if may(permission)]


def panels_for(
    request: HttpRequest,
    obj: Model,
) -> list[Panel]:
    """Return the panels that this operator may see; those of all models come last."""
    ordered = sorted(_registry.panels, key=lambda entry: entry[0] == ANY_MODEL)
    found = [
        make(obj)
        for model, permission, make in ordered
        if model in (obj._meta.label_lower, ANY_MODEL)
        and request.user.has_perm(permission)
    ]
    return [made for made in found if made is not None]
