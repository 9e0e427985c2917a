"""Lists that are read page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar

from ntt_auth.rest.pages import Page, following

Row = TypeVar("Row")


class AsyncListing(Generic[Row]):
    """A list: iterate it over all pages, or take one. Nothing is asked before."""

    def __init__(self, read: Callable[[str | None], Awaitable[Any]]) -> None:
        self._read = read

    async def page(self, cursor: str | None = None) -> Page[Row]:
        """Return one page: the first, or that of a `next_cursor`."""
        found: Page[Row] = await self._read(cursor)
        return found

    async def __aiter__(self) -> AsyncIterator[Row]:
        cursor: str | None = None
        while True:
            page = await self.page(cursor)
            for row in page.data:
                yield row
            cursor = following(page, cursor)
            if cursor is None:
                return
