"""Pages of lists."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ntt_auth.errors import ServerFault

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows. `next_cursor` leads to the next page, and is None on the last."""

    data: list[Row]
    next_cursor: str | None
    has_more: bool


def page_of(answer: Any) -> Page[Any]:
    """Return the page of an answer; raises `ServerFault`."""
    try:
        rows, cursor = answer["data"], answer["next_cursor"]
        more = bool(answer["has_more"])
    except (TypeError, KeyError):
        raise ServerFault("Expected a page of a list.", status=502) from None
    if not isinstance(rows, list) or not isinstance(cursor, (str, type(None))):
        raise ServerFault("Expected a page of a list.", status=502)
    return Page(rows, cursor, more)


def following(
    page: Page[Any],
    cursor: str | None,
) -> str | None:
    """Return the next cursor, or None at the end; raises `ServerFault` in a circle."""
    if not page.has_more or page.next_cursor is None:
        return None
    if page.next_cursor == cursor:
        raise ServerFault("The list came to the same page again.", status=502)
    return page.next_cursor
