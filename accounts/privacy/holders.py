"""Who holds personal data: a registry that every app joins.

An app registers its holders in `AppConfig.ready`. A test walks all models and wants each
that names a person to be held by one of them, or excused with a reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User

Held = list[dict[str, Any]] | dict[str, Any]


@dataclass(frozen=True)
class Holder:
    """One kind of data about people, in `models` (as `app.Model`).

    `section` (`app.name`) is where the export shows it. `export` returns what a person is
    given, without secrets. `erase` removes it or makes it anonymous, in the caller's
    transaction, which holds the person's row; it is given the person as they were, and may
    run when there is nothing left. Neither asks who may do this.
    """

    section: str
    models: tuple[str, ...]
    export: Callable[[User], Held]
    erase: Callable[[User], object]


_holders: dict[str, Holder] = {}


def register(holder: Holder) -> None:
    """Have `holder` take part; one of the same section takes its place."""
    _holders[holder.section] = holder


def holders() -> tuple[Holder, ...]:
    """Return all of them, in the order in which they joined."""
    return tuple(_holders.values())


def nothing(user: User) -> None:
    """Erase nothing: what another holder does, or a cascade of it, is enough."""
