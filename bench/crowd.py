"""Many people at once, each doing a bit of everything, with pauses to think."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.load import LOST, Answer, Connection, Engine
from bench.measure import percentile
from bench.scenarios import Person, Scenario
from bench.servers import Target

OVERLOAD = (429, 503)
# what a person does next, in parts of a hundred
MIX = {
    "verify": 50,
    "users/me (bearer)": 20,
    "refresh": 15,
    "JWKS": 5,
    "revocation feed 304": 9,
    "login": 1,
}


@dataclass
class Outcome:
    """What a crowd was answered; times in milliseconds."""

    users: int
    seconds: float
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: Counter[int] = field(default_factory=Counter)
    example: str = ""

    @property
    def faults(self) -> int:
        """How many answers were 5xx and no 503, or never came."""
        return sum(
            n
            for counted in self.statuses.values()
            for status, n in counted.items()
            if status == LOST or (status >= 500 and status not in OVERLOAD)
        )

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row of `HEADS` for each path."""
        return [
            (
                name,
                str(counted.total()),
                f"{counted.total() / self.seconds:.1f}",
                f"{percentile(self.took[name], 0.5):.1f}",
                f"{percentile(self.took[name], 0.99):.1f}",
                ", ".join(f"{n} x {s or 'lost'}" for s, n in counted.most_common()),
            )
            for name, counted in self.statuses.items()
        ]


HEADS = ("path", "requests", "req/s", "p50 ms", "p99 ms", "answers")


@dataclass
class Crowd:
    """The load itself: everybody on a connection of their own."""

    target: Target
    engine: Engine
    outcome: Outcome
    think: float
    ends: float
    chance: random.Random

    def enter(
        self,
        person: Person,
        at: float,
    ) -> None:
        """Let somebody in at a time; they go on until the end."""
        connection = Connection()
        self.engine.at(at, lambda: self._ask(person, connection))

    def _ask(
        self,
        person: Person,
        connection: Connection,
    ) -> None:
        if time.perf_counter() >= self.ends:
            return
        name = self.chance.choices(list(MIX), list(MIX.values()))[0]
        scenario = self.target.suite[name]
        request = scenario.ask(person)
        assert request is not None

        def done(answer: Answer) -> None:
            self._note(scenario, person, answer)
            pause = self.think * self.chance.uniform(0.5, 1.5)
            at = time.perf_counter() + pause
            self.engine.at(at, lambda: self._ask(person, connection))

        self.engine.send(connection, request.encoded(), done)

    def _note(
        self,
        scenario: Scenario,
        person: Person,
        answer: Answer,
    ) -> None:
        outcome, name = self.outcome, scenario.name
        outcome.statuses.setdefault(name, Counter())[answer.status] += 1
        outcome.took.setdefault(name, []).append(answer.seconds)
        right = scenario.accepts(person, answer) or answer.status in OVERLOAD
        if not right:
            outcome.wrong[answer.status] += 1
            outcome.example = answer.body[:300].decode(errors="replace")


def gather(
    target: Target,
    *,
    seconds: float,
    think: float,
) -> Outcome:
    """Let all people of `target` in within a few seconds, and count what they get."""
    people = target.cast.people
    outcome = Outcome(len(people), seconds)
    engine = Engine(target.server.port)
    begins = time.perf_counter()
    chance = random.Random(7319)  # the same crowd in each run
    crowd = Crowd(target, engine, outcome, think, begins + seconds, chance)
    for person in people:
        crowd.enter(person, begins + chance.uniform(0, min(think, seconds / 4)))
    engine.run(until=begins + seconds, patience=40)
    engine.close()
    return outcome
