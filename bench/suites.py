"""Everything that is measured on a server: what people ask of it, and what clients do."""

from bench import grants, scenarios
from bench.scenarios import Cast, Scenario


def of(
    kind: str,
    cast: Cast,
    tag: str = "",
    *,
    only: str = "",
) -> dict[str, Scenario]:
    """Return the scenarios of a server by name; `tag` is its feed's, if it has one.

    `only` names beginnings of names, with commas between; "" takes all.
    """
    found = []
    if dialect := scenarios.DIALECTS.get(kind):
        found += scenarios.suite(dialect, cast, tag)
    if cast.clients is not None:
        found += grants.suite(grants.ENDPOINTS[kind], cast.clients)
    return {s.name: s for s in found if _is_wanted(s.name, only)}


def _is_wanted(
    name: str,
    only: str,
) -> bool:
    return not only or name.lower().startswith(tuple(only.lower().split(",")))
