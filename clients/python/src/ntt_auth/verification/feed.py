"""Following the revocation feed (docs/integrating.md section 4), one turn at a time.

An answer is believed whole or not at all. After 410 a new table is filled beside the old
one, which counts until the new one is complete. Nothing is ever forgotten silently: with
more rows than `most`, `overflowed` says so until a whole snapshot fits.
"""

from math import inf
from random import uniform
from typing import Any
from urllib.parse import urlencode

from ntt_auth._http import Request, Response, Unreachable
from ntt_auth.verification.pages import Page, read_page
from ntt_auth.verification.steps import MOMENT, PAUSE, Clock, Garbage, Turn, answered
from ntt_auth.verification.table import FOR_GOOD, Table, capacity_for

PATH = "/api/v1/tokens/revocations"
EVERY_SECONDS = 1.0
JITTER_SECONDS = 0.2
SLOWEST_SECONDS = 30.0
OVERDUE_SECONDS = 5.0
PAGES_A_TURN = 200
TIDY_SECONDS = 300
LEEWAY_SECONDS = 60  # a row counts so long past its end
_AGAIN_AT_ONCE = 0.05


class Overflow(Exception):
    """There are more rows than may be kept."""


class Feed:
    """The revocations of one issuer. `revision` grows whenever they change."""

    def __init__(
        self,
        issuer: str,
        *,
        clock: Clock,
        timeout: float,
        most: int,
    ) -> None:
        self.most = most
        self.timeout = timeout
        self.revision = 0
        self.error = ""
        self.overflowed = False
        self._url = issuer.rstrip("/") + PATH
        self._clock = clock
        self._running = 0
        self._beat = -inf
        self._begin()
        self._read_at = -inf
        self._next_at = -inf
        self._wait = EVERY_SECONDS
        self.tried = False
        self.tables: tuple[Table, ...] = (Table(),)

    def _begin(self) -> None:
        self._cursor = self._tag = ""
        self._tidied_at = self._clock.steady()
        # A wall clock that jumps ahead must not drop rows: it grows no faster than this.
        self._base = (self._clock.now(), self._tidied_at)

    @property
    def age(self) -> float:
        """Seconds since the request whose answer last said that all is read."""
        return self._clock.steady() - self._read_at

    @property
    def due_in(self) -> float:
        """Seconds until the next turn."""
        return max(self._next_at - self._clock.steady(), 0.0)

    @property
    def overdue(self) -> bool:
        """Tell whether nobody follows, as where threads or tasks do not run."""
        now = self._clock.steady()
        return now > self._next_at + OVERDUE_SECONDS and not self._busy(now)

    def _busy(self, now: float) -> bool:
        return now < self._beat + self.timeout + OVERDUE_SECONDS

    def __len__(self) -> int:
        return sum(table.count for table in self.tables)

    def refuses(
        self,
        subjects: bytes,
        issued_at: int,
    ) -> bool:
        """Tell whether a token was revoked that has these subjects, 16 bytes each."""
        for table in self.tables:
            if table.count:
                limit = table.limit(subjects)
                if issued_at <= limit or limit == FOR_GOOD:
                    return True
        return False

    def released(self) -> None:
        """Whoever ran a turn is gone (fork, a closed loop): another may begin."""
        self._running += 1
        self._beat = -inf

    def forget(self) -> None:
        """Be as at the beginning."""
        self.released()
        self._begin()
        self._read_at = self._next_at = -inf
        self.tables, self.tried, self.overflowed = (Table(),), False, False
        self.revision += 1

    def hurry(self) -> None:
        """Let the next turn begin now, whatever was read or is under way."""
        self.released()
        self._next_at = -inf

    def turn(self, *, within: float = inf) -> Turn:
        """Read what is new, for at most `within` seconds. Never raises.

        Does nothing while another turn runs, or before the next is due.
        """
        while not self.tried and self._busy(self._clock.steady()):
            yield MOMENT  # another event loop reads it, for the first time
        now = self._clock.steady()
        if self._busy(now) or now < self._next_at:
            return
        self._running += 1
        mine = self._running
        self._beat = now
        try:
            pause = yield from self._pages(mine, now + within)
            self._wait, self.error = EVERY_SECONDS, ""
        except (Unreachable, Garbage, Overflow) as error:
            pause = self._failed(error)
        finally:
            if mine == self._running:
                self._beat = -inf
        if mine == self._running:
            self.tried = True
            self._next_at = self._clock.steady() + pause

    def _failed(self, error: Exception) -> float:
        self.error = f"revocations: {error.args[0]}"
        if isinstance(error, Overflow):
            self.tables = self.tables[:1]  # nothing is let through meanwhile
            self._restart()
            self.overflowed = True
            return SLOWEST_SECONDS
        asked = error.args[1] if len(error.args) > 1 else 0.0
        self._wait = min(self._wait * 2, SLOWEST_SECONDS)
        return max(self._wait + uniform(0, JITTER_SECONDS), asked)

    def _restart(self) -> None:
        """Fill a new table beside the one that counts, and beside what was begun to be read.

        A row that was read refuses until all is read again.
        """
        self._begin()
        begun = [table for table in self.tables[1:] if table.count]
        self.tables = (self.tables[0], *begun[-2:], Table())

    def _pages(
        self,
        mine: int,
        deadline: float,
    ) -> Any:
        restarted = False
        for _ in range(PAGES_A_TURN):
            began = self._clock.steady()
            response = answered((yield self._request()))
            if mine != self._running:
                raise Garbage("another turn took over")
            self._beat = self._clock.steady()
            if response.status == 304 and self._tag:
                yield from self._complete(began)
                return _pause()
            if response.status in (400, 410) and self._cursor and not restarted:
                restarted = True  # another feed: its number and ours have no order
                self._restart()
                continue
            page = _page(response, self._cursor)
            yield from self._take(page, mine)
            self._cursor, self._tag = page.cursor, ""
            if not page.has_more:
                self._tag = response.headers.get("etag", "")
                yield from self._complete(began)
                return _pause()
            if self._clock.steady() >= deadline:
                break
        return _AGAIN_AT_ONCE

    def _request(self) -> Request:
        url = self._url
        if self._cursor:
            url += "?" + urlencode({"after": self._cursor})
        headers = {"If-None-Match": self._tag} if self._tag else {}
        return Request("GET", url, headers, timeout=self.timeout)

    def _complete(self, began: float) -> Any:
        """All is read as it stood when the last request began."""
        if len(self.tables) > 1:
            self.tables = self.tables[-1:]
            self.revision += 1
        self.overflowed = False
        self._read_at = began
        if self._clock.steady() - self._tidied_at > TIDY_SECONDS:
            yield from self._rebuild(0, self._running)

    def _take(
        self,
        page: Page,
        mine: int,
    ) -> Any:
        held, more = self.tables[-1], len(page.rows)
        if not held.has_room(more) or held.count + more > self.most:
            yield from self._rebuild(len(page.rows), mine)
        table, oldest = self.tables[-1], self._today() - LEEWAY_SECONDS
        for key, limit, end in page.rows:
            if end > oldest:
                table.put(key, limit, end)
        if page.rows:
            self.revision += 1
        yield PAUSE

    def _rebuild(
        self,
        more: int,
        mine: int,
    ) -> Any:
        """Build the table anew without what has run out, in slices, with room for more."""
        old, oldest = self.tables[-1], self._today() - LEEWAY_SECONDS
        living = 0
        for part in old.living(oldest):
            living += part
            yield PAUSE
            self._beat = self._clock.steady()
        if living + more > self.most:
            raise Overflow(f"more than {self.most} rows")
        new = Table(capacity_for(living + more))
        for _ in old.moved_to(new, oldest):
            yield PAUSE
            self._beat = self._clock.steady()
        if mine != self._running:
            raise Garbage("another turn took over")
        self.tables = (*self.tables[:-1], new)
        self._tidied_at = self._clock.steady()

    def _today(self) -> float:
        wall, steady = self._base
        return min(self._clock.now(), wall + self._clock.steady() - steady)


def _page(
    response: Response,
    cursor: str,
) -> Page:
    if response.status != 200:
        told = response.headers.get("retry-after", "")
        seconds = min(float(told), SLOWEST_SECONDS * 10) if told.isdigit() else 0.0
        raise Garbage(f"expected 200, got {response.status}", seconds)
    try:
        page = read_page(response.body)
    except (ValueError, KeyError, TypeError):
        raise Garbage("the answer is no page of the feed") from None
    if page.has_more and page.cursor == cursor:
        raise Garbage("the feed does not get on")
    return page


def _pause() -> float:
    return EVERY_SECONDS + uniform(0, JITTER_SECONDS)
