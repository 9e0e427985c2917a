# Written by scripts/write_sync.py from _async/listing.py: change that.
"""Lists that are read page by page."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from ntt_auth.rest.pages import Page, following

Row = TypeVar("Row")


class Listing(Generic[Row]):
    """A list: iterate it over all pages, or take one. Nothing is asked before."""

    def __init__(self, read: Callable[[str | None], Any]) -> None:
        self._read = read

    def page(self, cursor: str | None = None) -> Page[Row]:
        """Return one page: the first, or that of a `next_cursor`."""
        found: Page[Row] = self._read(cursor)
        return found

    def __iter__(self) -> Iterator[Row]:
        cursor: str | None = None
        while True:
            page = self.page(cursor)
            for row in page.data:
                yield row
            cursor = following(page, cursor)
            if cursor is None:
                return
