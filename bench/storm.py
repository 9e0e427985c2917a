"""What a storm of sign-ins does to the validation of tokens.

Open loops: verifications and sign-ins are offered at a fixed rate whatever the server
does, and a late answer counts from the moment it was due.
"""

import os
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from bench.load import Answer, Connection, Engine
from bench.measure import closed, percentile
from bench.scenarios import Scenario
from bench.servers import Target

VERIFIES = 100  # a second
MOST_CONNECTIONS = 400
PATIENCE = 45  # seconds for answers that are still to come when the offer ends


@dataclass
class Stream:
    """One open loop: what is asked, how often, and what came of it."""

    scenario: Scenario
    rate: float
    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    _free: deque[Connection] = field(default_factory=deque)
    _waiting: deque[float] = field(default_factory=deque)
    _open: int = 0
    _asked: int = 0

    def offer(
        self,
        engine: Engine,
        target: Target,
        *,
        begins: float,
        ends: float,
    ) -> None:
        """Schedule every request of the stream on `engine`."""

        def due() -> None:
            at = begins + self._asked / self.rate
            self._asked += 1
            following = begins + self._asked / self.rate
            if following < ends:
                engine.at(following, due)
            self._waiting.append(at)
            self._next(engine, target)

        engine.at(begins, due)

    def _next(
        self,
        engine: Engine,
        target: Target,
    ) -> None:
        """Send what waits longest, if a connection is free or may be opened."""
        if not self._waiting:
            return
        if not self._free:
            if self._open >= MOST_CONNECTIONS:
                return
            self._free.append(Connection())
            self._open += 1
        at, connection = self._waiting.popleft(), self._free.popleft()
        people = target.cast.people
        person = people[self._asked % len(people)]
        request = self.scenario.ask(person)
        assert request is not None

        def done(answer: Answer) -> None:
            self.statuses[answer.status] += 1
            if self.scenario.accepts(person, answer):
                self.took.append(time.perf_counter() - at)
            self._free.append(connection)
            self._next(engine, target)

        engine.send(connection, request.encoded(), done)


@dataclass
class Outcome:
    """What a storm did to the verifications; times in milliseconds, rates a second."""

    server: str
    capacity: float
    idle: tuple[float, float]
    storm: tuple[float, float]
    verified: Counter[int]
    logins: Counter[int]
    login_p50: float

    @property
    def unexpected(self) -> bool:
        """Whether anything but 200, 429 and 503 was answered, or a verify refused."""
        refused = set(self.verified) - {200} or set(self.logins) - {200, 429, 503}
        return bool(refused)

    def row(self) -> tuple[str, ...]:
        """Return the outcome as a row of `HEADS`."""
        told = ", ".join(f"{n} x {s or 'lost'}" for s, n in self.logins.most_common())
        return (
            self.server,
            *(f"{value:.1f}" for value in (*self.idle, *self.storm)),
            ", ".join(f"{n} x {s or 'lost'}" for s, n in self.verified.most_common()),
            f"{self.capacity:.1f}",
            told,
            f"{self.login_p50 / 1000:.1f}",
        )


HEADS = (
    *("server", "idle p50 ms", "idle p99 ms", "storm p50 ms", "storm p99 ms"),
    *("verifies", "logins/s possible", "logins offered at twice that", "login p50 s"),
)


def measure(
    target: Target,
    *,
    seconds: float,
) -> Outcome:
    """Measure verifications alone, then while twice the possible sign-ins are offered."""
    # Twice what the cores could do alone: a busy machine would make it a breeze.
    login, verify = target.suite["login"], target.suite["verify"]
    alone = closed(target, login, seconds=min(seconds, 10), most=1000)
    capacity = (os.cpu_count() or 1) * len(alone.took) / alone.cpu
    idle = Stream(verify, VERIFIES)
    _run(target, [idle], seconds)
    under, logins = Stream(verify, VERIFIES), Stream(login, 2 * capacity)
    _run(target, [under, logins], seconds)
    return Outcome(
        server=target.server.name,
        capacity=capacity,
        idle=(percentile(idle.took, 0.5), percentile(idle.took, 0.99)),
        storm=(percentile(under.took, 0.5), percentile(under.took, 0.99)),
        verified=idle.statuses + under.statuses,
        logins=logins.statuses,
        login_p50=percentile(logins.took, 0.5),
    )


def _run(
    target: Target,
    streams: list[Stream],
    seconds: float,
) -> None:
    engine = Engine(target.server.port)
    begins = time.perf_counter() + 0.05
    for stream in streams:
        stream.offer(engine, target, begins=begins, ends=begins + seconds)
    engine.run(until=begins + seconds, patience=PATIENCE)
    engine.close()
